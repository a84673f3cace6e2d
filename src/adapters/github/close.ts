import { isModeltrailError, ModeltrailError } from "../../diagnostics/errors.ts";
import type { Closing } from "../../ports/forge.ts";
import { readMarker, replaceMarker } from "./body.ts";
import { endedMarker, isEndedByUs, type Marker, renderMarker, withoutEnd } from "./marker.ts";
import { readPages } from "./pages.ts";
import { openOf, type Place, type PullReply, readPullsOf } from "./pulls.ts";
import { settle } from "./settle.ts";
import { type Authored, isTrusted } from "./trusted.ts";

/** What is closed, at which commit. */
interface Ending {
  readonly branch: string;
  readonly head: string;
  readonly closing: Closing;
}

/** Ends a proposal: says why, closes its pull request, then deletes the branch. Run again, it goes on. */
export async function closeProposal(place: Place, ending: Ending): Promise<void> {
  const { branch, head, closing } = ending;
  const open = openOf(await readPullsOf(place, branch));
  const tip = await (open === undefined
    ? place.branches.tip(branch)
    : place.branches.tipOnceAt(branch, open.head.sha));
  if (tip !== undefined && tip !== head) {
    // Somebody went on with a branch that was merged.
    if (closing.why === "merged") return;
    throw moved(branch);
  }
  if (open !== undefined) await closePull(place, open, closing);
  if (tip !== undefined) await deleteBranch(place, ending);
}

function moved(branch: string): ModeltrailError {
  return new ModeltrailError("CONFLICT", `${branch} was moved by somebody else, so it stays open`, {
    hint: "Look at what was added, and run the command again.",
  });
}

async function closePull(place: Place, pull: PullReply, closing: Closing): Promise<void> {
  if (closing.why === "superseded") await link(place, pull, closing.by);
  const { rest, repo } = place.api;
  const at = { ...repo, pull_number: pull.number };
  const marker = endOf(place, pull, closing);
  // With the same request that closes it: between two, a crash would leave what reads like another end.
  const body = marker === undefined ? undefined : replaceMarker(pull.body ?? "", marker);
  if (marker !== undefined && body === undefined) throw noRoom(pull);
  await settle<PullReply>(
    async () =>
      (await rest.pulls.update({ ...at, state: "closed", ...(body === undefined ? {} : { body }) })).data,
    async () => {
      const { data } = await rest.pulls.get(at);
      const isSaid = isEndedByUs(readMarker(data.body)) === (closing.why !== "rejected");
      return data.state === "closed" && isSaid ? data : undefined;
    },
  );
}

/** The marker of an end that is no rejection; of a rejection, that without an end that a person undid since. */
function endOf({ base }: Place, pull: PullReply, closing: Closing): Marker | undefined {
  const marker = readMarker(pull.body);
  if (closing.why === "rejected") return isEndedByUs(marker) ? withoutEnd(marker) : undefined;
  const end: Marker = closing.why === "superseded" ? { superseded: closing.by } : { merged: base };
  const { number, head } = pull;
  return endedMarker(marker ?? {}, { ...end, seen: pull.updated_at }, { number, head: head.sha });
}

function noRoom({ number }: PullReply): ModeltrailError {
  return new ModeltrailError(
    "INVALID_INPUT",
    `the text of #${number} leaves no room to say why it is closed`,
    {
      hint: "Shorten its text, and run the command again.",
    },
  );
}

const LINK = "<!-- modeltrail:superseded";

interface CommentReply extends Authored {
  readonly body?: string | undefined;
}

/** A comment that leads to the newer one, once for each. */
async function link(place: Place, pull: PullReply, by: string): Promise<void> {
  const { rest, repo } = place.api;
  const at = { ...repo, issue_number: pull.number };
  const marker = renderMarker({ by }).replace("<!-- modeltrail:", `${LINK} `);
  const look = async (): Promise<true | undefined> => {
    const comments = await readPages<CommentReply>((page) => rest.issues.listComments({ ...at, ...page }));
    const stands = comments.some((one) => isTrusted(one) && one.body?.includes(marker) === true);
    return stands ? true : undefined;
  };
  if ((await look()) === true) return;
  // Open or not: where several raced, it may have been superseded in turn.
  const [newer] = await readPullsOf(place, by);
  const name = newer === undefined ? `\`${by.replaceAll("`", "'")}\`` : `#${newer.number}`;
  const body = `Superseded by ${name}, a newer proposal for the same stage. What was approved here does not count there.`;
  await settle<true>(async () => {
    await rest.issues.createComment({ ...at, body: `${body}\n\n${marker}` });
    return true;
  }, look);
}

/** A branch that stays because of a rule is told from a proposal by its closed pull request. */
async function deleteBranch(place: Place, { branch, head, closing }: Ending): Promise<void> {
  try {
    await place.branches.move({ branch, expected: head, value: null });
  } catch (error) {
    if (!isModeltrailError(error)) throw error;
    if (error.code === "FORBIDDEN") {
      place.warn(`the branch ${branch} could not be deleted: ${error.message}`);
      return;
    }
    if (error.code !== "CONFLICT" || closing.why !== "merged") throw error;
  }
}
