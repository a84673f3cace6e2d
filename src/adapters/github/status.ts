import type { CommitStatus } from "../../ports/forge.ts";
import { cutText } from "./body.ts";
import { readPages } from "./pages.ts";
import type { Place } from "./pulls.ts";
import { settle } from "./settle.ts";

const MOST_CHARACTERS = 140;

interface StatusReply {
  readonly context: string;
  readonly state: string;
  readonly description: string | null;
  readonly target_url: string | null;
}

/** Sets a status unless the last one of that name says the same. */
export async function setStatus(place: Place, head: string, status: CommitStatus): Promise<void> {
  const { rest, repo } = place.api;
  const { name, state, url } = status;
  const description = cutText(status.description.replace(/\s+/g, " ").trim(), MOST_CHARACTERS);
  const look = async (): Promise<true | undefined> => {
    const isNamed = (one: StatusReply): boolean => one.context === name;
    // Newest first.
    const statuses = await readPages<StatusReply>(
      (page) => rest.repos.listCommitStatusesForRef({ ...repo, ...page, ref: head }),
      (items) => items.some(isNamed),
    );
    const last = statuses.find(isNamed);
    if (last === undefined || last.state !== state) return undefined;
    const isSame = (last.description ?? "") === description && (last.target_url ?? "") === (url ?? "");
    return isSame ? true : undefined;
  };
  if ((await look()) === true) return;
  await settle<true>(async () => {
    const target = url === undefined ? {} : { target_url: url };
    await rest.repos.createCommitStatus({ ...repo, sha: head, state, context: name, description, ...target });
    return true;
  }, look);
}
