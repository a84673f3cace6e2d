import type { PullRequest } from "../../ports/forge.ts";
import type { RemoteBranches } from "./branches.ts";
import { readPages } from "./pages.ts";
import type { Api } from "./sdk.ts";

/** What every part of this adapter works on. */
export interface Place {
  readonly api: Api;
  readonly branches: RemoteBranches;
  /** Where proposals go to, without `refs/heads/`. */
  readonly base: string;
  readonly branchPrefix: string;
  readonly warn: (message: string) => void;
}

/** What we read of a pull request, as lists and single replies give it. */
export interface PullReply {
  readonly number: number;
  readonly node_id: string;
  readonly html_url: string;
  readonly title: string;
  readonly body: string | null;
  readonly state: string;
  readonly draft?: boolean | undefined;
  readonly user: { readonly login: string } | null;
  readonly created_at: string;
  readonly updated_at: string;
  readonly merged_at: string | null;
  readonly head: {
    readonly ref: string;
    readonly sha: string;
    readonly repo: { readonly id: number } | null;
  };
  readonly base: { readonly ref: string; readonly repo: { readonly id: number } };
  readonly labels: readonly { readonly name: string }[];
}

/** Pull requests of one branch into the base, newest first, in any state. */
export async function readPullsOf(place: Place, branch: string): Promise<readonly PullReply[]> {
  const { rest, repo } = place.api;
  const pulls = await readPages<PullReply>((page) =>
    rest.pulls.list({
      ...repo,
      ...page,
      state: "all",
      head: `${repo.owner}:${branch}`,
      base: place.base,
      sort: "created",
      direction: "desc",
    }),
  );
  return pulls
    .filter((pull) => isOwn(pull) && pull.head.ref === branch && pull.base.ref === place.base)
    .toSorted((a, b) => b.number - a.number);
}

/** The open one comes before all: an older one may have been opened again. */
export function openOf(pulls: readonly PullReply[]): PullReply | undefined {
  return pulls.find((pull) => pull.state === "open");
}

/** Open pull requests into the base from branches of this repository. */
export async function readOpenPulls({ api: { rest, repo }, base }: Place): Promise<readonly PullReply[]> {
  const pulls = await readPages<PullReply>((page) =>
    rest.pulls.list({ ...repo, ...page, state: "open", base, sort: "created", direction: "asc" }),
  );
  return pulls.filter((pull) => isOwn(pull) && pull.state === "open" && pull.base.ref === base);
}

/** Not a fork's: anybody may name a branch of a fork like one of ours. */
export function isOwn({ head, base }: PullReply): boolean {
  return head.repo?.id === base.repo.id;
}

export function toPullRequest(pull: PullReply): PullRequest {
  return {
    number: pull.number,
    url: pull.html_url,
    title: pull.title,
    // GitHub's own name for people who left.
    author: pull.user?.login ?? "ghost",
    createdAt: toSeconds(pull.created_at),
    draft: pull.draft === true,
  };
}

export function toSeconds(date: string): number {
  return Math.floor(Date.parse(date) / 1000);
}
