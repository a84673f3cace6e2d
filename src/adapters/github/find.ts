import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { Proposal, ProposalState } from "../../ports/forge.ts";
import { readMarker } from "./body.ts";
import { GitHubError } from "./errors.ts";
import { isEndedByUs, isEndOf } from "./marker.ts";
import { readPages } from "./pages.ts";
import {
  openOf,
  type Place,
  type PullReply,
  readOpenPulls,
  readPullsOf,
  toPullRequest,
  toSeconds,
} from "./pulls.ts";

const KINDS = ["promote", "rollback", "register", "yank", "retire"];

/** What stands on a branch, from its pull requests and from where it stands in Git. */
export async function findProposal(place: Place, branch: string): Promise<ProposalState> {
  const { branches } = place;
  const pulls = await readPullsOf(place, branch);
  const open = openOf(pulls);
  if (open !== undefined) {
    const head = await branches.tipOnceAt(branch, open.head.sha);
    if (head === undefined) throw isGoing(branch, open.number);
    return { state: "open", head, request: toPullRequest(open) };
  }
  const [last] = pulls;
  const known = await branches.tip(branch);
  const tip =
    known === undefined || last === undefined ? known : await branches.tipOnceAt(branch, last.head.sha);
  // Pushed and not yet opened. One that stands where its last pull request ended was left over by that.
  if (tip !== undefined && tip !== last?.head.sha && !(await branches.isHalfMade(tip, place.base)))
    return { state: "open", head: tip };
  if (last === undefined || last.merged_at !== null || (await isClosedByUs(place, last)))
    return { state: "none" };
  return { state: "rejected", head: last.head.sha, request: toPullRequest(last) };
}

interface EventReply {
  readonly event: string;
  readonly created_at: string;
}

/** What we closed, unless a person opened it again: who closed it after that rejected it. */
export async function isClosedByUs({ api: { rest, repo } }: Place, pull: PullReply): Promise<boolean> {
  const marker = readMarker(pull.body);
  const { number } = pull;
  // Not by its head: some hosts forget that with the branch. Who opened it again is told by its events.
  if (!isEndedByUs(marker) || !isEndOf(marker, number)) return false;
  const { seen } = marker;
  if (seen === undefined) return true;
  try {
    const events = await readPages<EventReply>((page) =>
      rest.issues.listEvents({ ...repo, ...page, issue_number: number }),
    );
    // Oldest first. The first end after it was seen open is ours.
    const later = events.filter(({ created_at }) => toSeconds(created_at) >= toSeconds(seen));
    const ours = later.findIndex(({ event }) => event === "closed");
    return ours < 0 || !later.slice(ours).some(({ event }) => event === "reopened");
  } catch (error) {
    // A host without events: nobody says that it was opened again.
    if (error instanceof GitHubError && error.httpStatus === 404) return true;
    throw error;
  }
}

function isGoing(branch: string, number: number): ModeltrailError {
  return new ModeltrailError("CONFLICT", `the branch ${branch} of #${number} was deleted just now`, {
    hint: "Run the command again.",
  });
}

/** Open pull requests from branches that are named like proposals. */
export async function listOpenProposals(place: Place): Promise<readonly Proposal[]> {
  const { branches, branchPrefix } = place;
  const folders = KINDS.map((kind) => `${branchPrefix}${kind}/`);
  const pulls = (await readOpenPulls(place)).filter(({ head }) =>
    folders.some((folder) => head.ref.startsWith(folder)),
  );
  let fetched = false;
  const proposals: Proposal[] = [];
  for (const pull of pulls) {
    const branch = pull.head.ref;
    if ((await branches.tip(branch)) !== pull.head.sha && !fetched) {
      await branches.refresh();
      fetched = true;
    }
    const head = await branches.tip(branch);
    // Without its branch it is about to be closed.
    if (head !== undefined) proposals.push({ branch, head, request: toPullRequest(pull) });
  }
  return proposals.toSorted((a, b) => (a.branch < b.branch ? -1 : 1));
}
