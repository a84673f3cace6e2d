import { isModeltrailError, ModeltrailError } from "../../diagnostics/errors.ts";
import type { NewProposal, Published } from "../../ports/forge.ts";
import { readMarker, renderBody, renderTitle } from "./body.ts";
import { applyDraft, type DraftMark, draftMarkOf } from "./draft.ts";
import { GitHubError } from "./errors.ts";
import { addLabels } from "./labels.ts";
import { isEndedByUs, type Marker, proposalMarker } from "./marker.ts";
import { openOf, type Place, type PullReply, readPullsOf, toPullRequest } from "./pulls.ts";
import { settle } from "./settle.ts";

/** Pushes a proposal's branch, and opens or edits its pull request; what stands already is left alone. */
export async function publishProposal(
  place: Place,
  proposal: NewProposal,
  expected: string | null,
): Promise<Published> {
  const pushed = await pushHead(place, proposal, expected);
  const pulls = await readPullsOf(place, proposal.branch);
  const open = openOf(pulls);
  // What was not pushed now was seen at the last fetch: it may have moved since.
  if (!pushed && open?.head.sha !== proposal.head) await requireTip(place, proposal);
  if (open === undefined && hasEnded(pulls[0], proposal, expected))
    return takeBack(place, proposal, pulls[0]);
  if (open === undefined && !pushed && pulls[0]?.head.sha === proposal.head) throw isGoing(proposal.branch);
  const { pull, warnings } =
    open === undefined ? await create(place, proposal) : await update(place, proposal, open);
  if (pull.state !== "open") return takeBack(place, proposal, pull);
  const unlabelled = await addLabels(place, pull, proposal.labels);
  return { head: proposal.head, request: toPullRequest(pull), warnings: [...warnings, ...unlabelled] };
}

/** True when it had to be pushed. */
async function pushHead(
  place: Place,
  { branch, head }: NewProposal,
  expected: string | null,
): Promise<boolean> {
  const tip = (await place.branches.tip(branch)) ?? null;
  if (tip === head) return false;
  if (tip !== expected && !(expected === null && tip !== null && (await isLeftOver(place, branch, tip))))
    throw moved(branch);
  await place.branches.move({ branch, expected: tip, value: head });
  return true;
}

/** A branch that stands where its last pull request ended, or that has no commit of its own, is no proposal. */
async function isLeftOver(place: Place, branch: string, tip: string): Promise<boolean> {
  const pulls = await readPullsOf(place, branch);
  if (openOf(pulls) !== undefined) return false;
  return pulls[0]?.head.sha === tip || place.branches.isHalfMade(tip, place.base);
}

async function requireTip({ branches }: Place, { branch, head }: NewProposal): Promise<void> {
  await branches.refresh();
  if ((await branches.tip(branch)) !== head) throw moved(branch);
}

/** The very commit of a pull request that was just closed: who closed it is about to delete the branch. */
function isGoing(branch: string): ModeltrailError {
  return new ModeltrailError("CONFLICT", `${branch} was closed just now, and its branch is going`, {
    hint: "Run the command again.",
  });
}

function moved(branch: string): ModeltrailError {
  return new ModeltrailError("CONFLICT", `${branch} was moved by somebody else`, {
    hint: "Run the command again.",
  });
}

/** Closed or merged by somebody while it was being moved: the one who moves it has seen it open. */
function hasEnded(
  last: PullReply | undefined,
  { head }: NewProposal,
  expected: string | null,
): last is PullReply {
  return last !== undefined && expected !== null && (last.head.sha === expected || last.head.sha === head);
}

/** The branch goes again, or the next run would take it for one that was never opened. */
async function takeBack(place: Place, { branch, head }: NewProposal, pull?: PullReply): Promise<never> {
  try {
    await place.branches.move({ branch, expected: head, value: null });
  } catch (error) {
    if (!isModeltrailError(error)) throw error;
  }
  const how = (pull?.merged_at ?? null) === null ? "closed" : "merged";
  throw new ModeltrailError("CONFLICT", `#${pull?.number ?? ""} (${branch}) was ${how} just now`, {
    hint: "Run the command again; it tells what that means.",
  });
}

interface Opened {
  readonly pull: PullReply;
  readonly warnings: readonly string[];
}

async function create(place: Place, proposal: NewProposal): Promise<Opened> {
  const { rest, repo } = place.api;
  const { branch, draft, description } = proposal;
  const body = renderBody("", description, markerOf(proposal, draft ? "ours" : undefined)) ?? "";
  const title = renderTitle(proposal.title);
  const look = async (): Promise<PullReply | undefined> => openOf(await readPullsOf(place, branch));
  try {
    const pull = await settle<PullReply>(
      async () =>
        (await rest.pulls.create({ ...repo, title, head: branch, base: place.base, body, draft })).data,
      look,
    );
    return await update(place, proposal, pull);
  } catch (error) {
    if (!(error instanceof GitHubError) || error.httpStatus !== 422) throw error;
    if (draft && NO_DRAFTS.test(error.said)) return await withdraw(place, proposal, error);
    if (/no commits between/i.test(error.said)) throw nothingToPropose(place, branch, error);
    if (/head invalid/i.test(error.said) && (await hasGone(place, branch))) throw isGoing(branch);
    const found = /already exists/i.test(error.said) ? await look() : undefined;
    if (found === undefined) throw error;
    return update(place, proposal, found);
  }
}

const NO_DRAFTS = /draft pull requests are not supported/i;

/** What is denied must not look ready for review, so it is not proposed at all. */
async function withdraw(place: Place, { branch, head }: NewProposal, cause: GitHubError): Promise<never> {
  const { owner, repo } = place.api.repo;
  await place.branches.move({ branch, expected: head, value: null });
  throw new ModeltrailError("USAGE", `${owner}/${repo} has no drafts, and ${branch} is denied`, {
    hint: "Mend what the gates deny, then propose it without --draft. GitHub has drafts in public repositories, and in private ones with a paid plan.",
    cause,
  });
}

/** Somebody who closes an older pull request of the same commit took the branch away between the push and this. */
async function hasGone({ branches }: Place, branch: string): Promise<boolean> {
  await branches.refresh();
  return (await branches.tip(branch)) === undefined;
}

function nothingToPropose({ base }: Place, branch: string, cause: GitHubError): ModeltrailError {
  return new ModeltrailError("CONFLICT", `${base} has everything that ${branch} proposes`, {
    hint: "It was merged just now, or by another way: run the command again.",
    cause,
  });
}

/** Edits an open pull request unless it says already what is proposed now. */
async function update(place: Place, proposal: NewProposal, pull: PullReply): Promise<Opened> {
  if (isCurrent(pull, proposal)) return { pull, warnings: [] };
  const { mark, draft, warnings } = await applyDraft(place, pull, proposal);
  if (saysAll(pull, proposal) && mark === draftMarkOf(readMarker(pull.body))) return { pull, warnings };
  const { rest, repo } = place.api;
  const at = { ...repo, pull_number: pull.number };
  const title = renderTitle(proposal.title);
  const body = renderBody(pull.body ?? "", proposal.description, markerOf(proposal, mark));
  if (body === undefined) {
    const untold = `#${pull.number} does not say what it proposes now: its text leaves no room for it`;
    return { pull: { ...pull, draft }, warnings: [...warnings, untold] };
  }
  const edited = await settle<PullReply>(
    async () => (await rest.pulls.update({ ...at, title, body })).data,
    async () => {
      const { data } = await rest.pulls.get(at);
      const isEdited = saysAll(data, proposal) && mark === draftMarkOf(readMarker(data.body));
      return isEdited ? data : undefined;
    },
  );
  return { pull: edited, warnings };
}

function isCurrent(pull: PullReply, proposal: NewProposal): boolean {
  const isDenied = draftMarkOf(readMarker(pull.body)) !== undefined;
  return saysAll(pull, proposal) && isDenied === proposal.draft;
}

/** True when its text is of the commit that is proposed. */
function saysAll(pull: PullReply, { head }: NewProposal): boolean {
  const marker = readMarker(pull.body);
  return marker?.["head"] === head && !isEndedByUs(marker);
}

function markerOf({ marker, head, base }: NewProposal, draft: DraftMark | undefined): Marker {
  return proposalMarker(marker, { head, base, draft });
}
