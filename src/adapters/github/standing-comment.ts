import type { StandingComment } from "../../ports/forge.ts";
import { readPages } from "./pages.ts";
import type { Place } from "./pulls.ts";
import { settle } from "./settle.ts";
import { type Author, isViewer, type Viewer } from "./viewer.ts";

interface CommentReply {
  readonly id: number;
  readonly body?: string | undefined;
  readonly user: Author | null;
}

/**
 * Makes our comment, or brings it up to date. Of several (two runs at once made one each) the oldest stays, so that none
 * is left that says what was true once.
 */
export async function keepComment(
  place: Place,
  viewer: () => Promise<Viewer>,
  number: number,
  { marker, body, create }: StandingComment,
): Promise<void> {
  const { rest, repo } = place.api;
  const text = `${marker}\n${body}`;
  const me = await viewer();
  const look = async (): Promise<readonly CommentReply[]> => {
    const comments = await readPages<CommentReply>((page) =>
      rest.issues.listComments({ ...repo, ...page, issue_number: number }),
    );
    return comments.filter((one) => one.body?.startsWith(`${marker}\n`) === true && isViewer(me, one.user));
  };
  const says = (one: CommentReply | undefined): true | undefined =>
    one?.body?.trimEnd() === text.trimEnd() ? true : undefined;
  const [standing, ...others] = await look();
  for (const { id } of others) await rest.issues.deleteComment({ ...repo, comment_id: id });
  if (says(standing) === true || (standing === undefined && !create)) return;
  await settle<true>(
    async () => {
      if (standing === undefined)
        await rest.issues.createComment({ ...repo, issue_number: number, body: text });
      else await rest.issues.updateComment({ ...repo, comment_id: standing.id, body: text });
      return true;
    },
    async () => says((await look())[0]),
  );
}
