import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { CommitStatus, PlannedStatus, StatusGuard, StatusOutcome } from "../../ports/commit-status.ts";
import { cutText } from "./body.ts";
import { GitHubError } from "./errors.ts";
import { readPages } from "./pages.ts";
import type { Place } from "./pulls.ts";
import { settle } from "./settle.ts";
import { type Author, isViewer, type Viewer } from "./viewer.ts";

const MOST_CHARACTERS = 140;

interface StatusReply {
  readonly context: string;
  readonly state: string;
  readonly description: string | null;
  readonly target_url: string | null;
  readonly creator: Author | null;
}

export interface StatusPlan {
  readonly statuses: readonly PlannedStatus[];
  readonly guard?: StatusGuard | undefined;
}

/** Sets those that do not stand there yet, in the order given. */
export async function setStatuses(
  place: Place,
  viewer: () => Promise<Viewer>,
  head: string,
  { statuses, guard }: StatusPlan,
): Promise<StatusOutcome> {
  const wanted = statuses.map(toWritten);
  const me = await viewer();
  const replies = await readReplies(place, head, enoughFor(me, wanted, guard));
  const standing = lastOf(replies);
  const isDone = (status: CommitStatus, last: StatusReply | undefined): boolean =>
    // A required status counts by who set it, so another's that says the same is not ours.
    last !== undefined && isViewer(me, last.creator) && saysTheSame(last, status);
  const last = async (name: string): Promise<StatusReply | undefined> =>
    lastOf(await readReplies(place, head, seen([name]))).get(name);
  const write = (status: PlannedStatus): Promise<true> =>
    settle<true>(
      () => create(place, head, status),
      async () => (isDone(status, await last(status.name)) ? true : undefined),
    );
  let outcome: StatusOutcome = "told";
  for (const status of wanted) {
    const own = replies.find((one) => one.context === status.name && isViewer(me, one.creator));
    const found = standing.get(status.name);
    if (isDone(status, found) || !isWanted(status, [found, own])) continue;
    if (!isGuarded(status, guard)) await write(status);
    else {
      const isCrowded = countOf(replies, status.name) >= MOST_OF_A_NAME;
      outcome = await writeGuarded(status, guard, { write, last, isCrowded });
    }
  }
  return outcome;
}

/** GitHub takes 1,000 of a name on a commit. Beyond this no success is given that could not be taken back. */
const MOST_OF_A_NAME = 900;

type Enough = (replies: readonly StatusReply[]) => boolean;

/** GitHub lists them newest first. */
function seen(names: readonly string[]): Enough {
  return (replies) => names.every((name) => replies.some(({ context }) => context === name));
}

/** How far to read: to our own last word where a success is taken back, and to the end where one is given. */
function enoughFor(me: Viewer, wanted: readonly PlannedStatus[], guard: StatusGuard | undefined): Enough {
  const names = wanted.map(({ name }) => name);
  const over = wanted.filter(({ onlyOver }) => onlyOver !== undefined).map(({ name }) => name);
  const given = wanted.find((status) => isGuarded(status, guard));
  const hasNames = seen(names);
  return (replies) => {
    const ours = replies.filter(({ creator }) => isViewer(me, creator));
    if (given !== undefined) return countOf(replies, given.name) >= MOST_OF_A_NAME;
    return hasNames(replies) && seen(over)(ours);
  };
}

function countOf(replies: readonly StatusReply[], name: string): number {
  return replies.filter(({ context }) => context === name).length;
}

function isGuarded({ name, state }: PlannedStatus, guard: StatusGuard | undefined): guard is StatusGuard {
  return guard?.otherwise.name === name && state === "success";
}

function isWanted(
  { onlyIfThere, onlyOver }: PlannedStatus,
  standing: readonly [last: StatusReply | undefined, own: StatusReply | undefined],
): boolean {
  if (onlyIfThere === true && standing[0] === undefined) return false;
  return onlyOver === undefined || standing.some((one) => one?.state === onlyOver);
}

interface Writing {
  readonly write: (status: PlannedStatus) => Promise<true>;
  readonly last: (name: string) => Promise<StatusReply | undefined>;
  readonly isCrowded: boolean;
}

/** A write may wait a minute for its turn, so what was true before it is asked again after it. */
async function writeGuarded(
  status: PlannedStatus,
  guard: StatusGuard,
  { write, last, isCrowded }: Writing,
): Promise<StatusOutcome> {
  const otherwise = toWritten(guard.otherwise);
  if (isCrowded) {
    await write(toWritten(guard.crowded));
    return "crowded";
  }
  if (!(await guard.holds(false))) {
    // Whoever knew more has said something else meanwhile, or nobody has said anything.
    const state = (await last(status.name))?.state ?? "success";
    if (state === "success") await write(otherwise);
    return "overtaken";
  }
  await write(status);
  let holds = false;
  try {
    holds = await guard.holds(true);
  } finally {
    if (!holds) await write(otherwise);
  }
  return holds ? "told" : "overtaken";
}

/** The last status of each name. */
export async function readStatuses(place: Place, commit: string): Promise<readonly CommitStatus[]> {
  const replies = await readReplies(place, commit, () => false);
  return [...lastOf(replies).values()].map(({ context: name, state, description, target_url: url }) => ({
    name,
    state: STATES.find((one) => one === state) ?? "error",
    description: description ?? "",
    ...(url === null ? {} : { url }),
  }));
}

const STATES: readonly CommitStatus["state"][] = ["success", "pending", "failure", "error"];

function toWritten(status: PlannedStatus): PlannedStatus {
  return { ...status, description: cutText(status.description.replace(/\s+/g, " ").trim(), MOST_CHARACTERS) };
}

function saysTheSame({ state, description }: StatusReply, status: CommitStatus): boolean {
  return state === status.state && (description ?? "") === status.description;
}

function lastOf(replies: readonly StatusReply[]): ReadonlyMap<string, StatusReply> {
  return new Map(replies.toReversed().map((reply) => [reply.context, reply]));
}

function readReplies(
  { api: { rest, repo } }: Place,
  ref: string,
  enough: Enough,
): Promise<readonly StatusReply[]> {
  return readPages<StatusReply>(
    (page) => rest.repos.listCommitStatusesForRef({ ...repo, ...page, ref }),
    enough,
  );
}

async function create({ api: { rest, repo } }: Place, sha: string, status: CommitStatus): Promise<true> {
  const { name: context, state, description, url } = status;
  const target = url === undefined ? {} : { target_url: url };
  try {
    await rest.repos.createCommitStatus({ ...repo, sha, state, context, description, ...target });
    return true;
  } catch (error) {
    if (!(error instanceof GitHubError) || error.httpStatus !== 422 || !FULL.test(error.said)) throw error;
    throw new ModeltrailError(
      "INVALID_INPUT",
      `GitHub takes no more statuses named ${context} on commit ${sha.slice(0, 12)}`,
      {
        hint: "Close every pull request with that head, and push the change again as a new commit.",
        cause: error,
      },
    );
  }
}

const FULL = /maximum number of statuses/i;
