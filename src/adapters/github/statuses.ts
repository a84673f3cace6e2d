import type { CommitStatus, PlannedStatus, StatusGuard } from "../../ports/forge.ts";
import { cutText } from "./body.ts";
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
): Promise<void> {
  const wanted = statuses.map(toWritten);
  const standing = await readLast(
    place,
    head,
    wanted.map(({ name }) => name),
  );
  const me = await viewer();
  const isDone = (status: CommitStatus, replies: ReadonlyMap<string, StatusReply>): boolean => {
    const last = replies.get(status.name);
    // A required status counts by who set it, so another's that says the same is not ours.
    return last !== undefined && isViewer(me, last.creator) && saysTheSame(last, status);
  };
  const write = (status: PlannedStatus): Promise<true> =>
    settle<true>(
      () => create(place, head, status),
      async () => (isDone(status, await readLast(place, head, [status.name])) ? true : undefined),
    );
  for (const status of wanted) {
    if (isDone(status, standing) || !isWanted(status, standing.get(status.name))) continue;
    if (guard === undefined || guard.otherwise.name !== status.name || status.state !== "success")
      await write(status);
    else await writeGuarded(status, guard, { write, last: () => readLast(place, head, [status.name]) });
  }
}

function isWanted({ onlyIfThere, onlyOver }: PlannedStatus, last: StatusReply | undefined): boolean {
  if (onlyIfThere === true && last === undefined) return false;
  return onlyOver === undefined || last?.state === onlyOver;
}

interface Writing {
  readonly write: (status: PlannedStatus) => Promise<true>;
  readonly last: () => Promise<ReadonlyMap<string, StatusReply>>;
}

/** A write may wait a minute for its turn, so what was true before it is asked again after it. */
async function writeGuarded(
  status: PlannedStatus,
  guard: StatusGuard,
  { write, last }: Writing,
): Promise<void> {
  const otherwise = toWritten(guard.otherwise);
  if (!(await guard.holds())) {
    // Whoever knew more has said something else meanwhile, or nobody has said anything.
    const state = (await last()).get(status.name)?.state ?? "success";
    if (state === "success") await write(otherwise);
    return;
  }
  await write(status);
  let holds = false;
  try {
    holds = await guard.holds();
  } finally {
    if (!holds) await write(otherwise);
  }
}

/** The last status of each name. */
export async function readStatuses(place: Place, commit: string): Promise<readonly CommitStatus[]> {
  const last = await readLast(place, commit, undefined);
  return [...last.values()].map(({ context: name, state, description, target_url: url }) => ({
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

/** GitHub lists them newest first; no further than until each of `names` was seen. */
async function readLast(
  { api: { rest, repo } }: Place,
  ref: string,
  names: readonly string[] | undefined,
): Promise<ReadonlyMap<string, StatusReply>> {
  const replies = await readPages<StatusReply>(
    (page) => rest.repos.listCommitStatusesForRef({ ...repo, ...page, ref }),
    (items) => names?.every((name) => items.some(({ context }) => context === name)) ?? false,
  );
  return new Map(replies.toReversed().map((reply) => [reply.context, reply]));
}

async function create({ api: { rest, repo } }: Place, sha: string, status: CommitStatus): Promise<true> {
  const { name: context, state, description, url } = status;
  const target = url === undefined ? {} : { target_url: url };
  await rest.repos.createCommitStatus({ ...repo, sha, state, context, description, ...target });
  return true;
}
