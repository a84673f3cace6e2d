import { compareVersions } from "../registry/versions.ts";

/** A commit, as far as a history for people needs it. */
export interface Origin {
  readonly commit: string;
  /** Its place in the walk that found it, newest first; orders events of several models. */
  readonly position: number;
  /** Committer time, seconds since 1970. */
  readonly seconds: number;
  readonly author: string;
  readonly subject: string;
}

/** A stage's file before and after one first-parent commit; null for a version that cannot be told. */
export interface StageChange {
  readonly type: "stage";
  readonly origin: Origin;
  readonly stage: string;
  readonly from: string | null | undefined;
  readonly to: string | null | undefined;
}

/** A version that was registered or yanked. */
export interface VersionChange {
  readonly type: "register" | "yank";
  readonly origin: Origin;
  readonly version: string;
}

export type ModelChange = StageChange | VersionChange;

export type EventKind = "register" | "promote" | "rollback" | "retire" | "yank";

/** One line of a model's history. */
export interface HistoryEvent {
  readonly kind: EventKind;
  readonly origin: Origin;
  readonly stage?: string;
  /** Left out where a stage was empty before, or its file could not be read. */
  readonly from?: string;
  /** Only there, and true, where the stage's file could not be read before the commit. */
  readonly wasBroken?: true;
  /** The version that came, or that was registered or yanked; left out for a retirement. */
  readonly to?: string;
  /** True when the stage's file could not be read after the commit. */
  readonly broken?: boolean;
}

/** How the latest stay of a version at a stage ended. */
interface Stay {
  endedBy: EventKind | undefined;
  endedAt: number;
}

/** What a model's history amounts to. */
export interface Timeline {
  /** Oldest first. */
  readonly events: readonly HistoryEvent[];
  /** The versions that have been at a stage. */
  readonly staysAt: (stage: string) => readonly string[];
  /** The versions that a rollback of a stage may go to, newest stay first. */
  readonly rollbackTargets: (stage: string) => readonly string[];
}

/** A timeline that goes on: what it tells is as of the last change that it was given. */
export interface RunningTimeline extends Timeline {
  readonly add: (change: ModelChange) => void;
}

/** Reads the changes of one model, oldest first, as history. */
export function buildTimeline(changes: readonly ModelChange[]): Timeline {
  const timeline = startTimeline();
  for (const change of changes) timeline.add(change);
  return timeline;
}

/**
 * Begins the history of a model. A move is a rollback when it goes to a version that held the stage before, was not
 * yanked by then, and whose latest stay there was not itself ended by a rollback.
 */
export function startTimeline(): RunningTimeline {
  const stays = new Map<string, Map<string, Stay>>();
  const current = new Map<string, string>();
  const yanked = new Set<string>();
  const events: HistoryEvent[] = [];
  let moment = 0;
  const targetsOf = (stage: string): readonly string[] =>
    [...(stays.get(stage) ?? [])]
      .filter(
        ([version, stay]) =>
          version !== current.get(stage) && stay.endedBy !== "rollback" && !yanked.has(version),
      )
      .toSorted(([a, left], [b, right]) => right.endedAt - left.endedAt || compareVersions(b, a))
      .map(([version]) => version);
  const fromOf = startBefore();
  const move = (change: StageChange): void => {
    const { stage, to, origin } = change;
    const from = fromOf(change);
    moment += 1;
    if (to === from && to !== null) return;
    const kind =
      to === undefined ? "retire" : to !== null && targetsOf(stage).includes(to) ? "rollback" : "promote";
    const atStage = stays.get(stage) ?? new Map<string, Stay>();
    stays.set(stage, atStage);
    const left = current.get(stage);
    if (left !== undefined) atStage.set(left, { endedBy: kind, endedAt: moment });
    current.delete(stage);
    if (typeof to === "string") {
      current.set(stage, to);
      atStage.set(to, { endedBy: undefined, endedAt: moment });
    }
    events.push({
      kind,
      origin,
      stage,
      ...describeEnds({ from, to }),
    });
  };
  const add = (change: ModelChange): void => {
    if (change.type === "stage") return move(change);
    if (change.type === "yank") yanked.add(change.version);
    events.push({ kind: change.type, origin: change.origin, to: change.version });
  };
  return {
    add,
    events,
    staysAt: (stage) => [...(stays.get(stage)?.keys() ?? [])],
    rollbackTargets: targetsOf,
  };
}

/** What stages held before each change. Of what was no plain file, the change itself says only that there was none. */
function startBefore(): (change: StageChange) => StageChange["from"] {
  const broken = new Set<string>();
  return ({ stage, from, to }) => {
    const before = from === undefined && broken.has(stage) ? null : from;
    if (to === null) broken.add(stage);
    else broken.delete(stage);
    return before;
  };
}

function describeEnds({
  from,
  to,
}: Pick<StageChange, "from" | "to">): Pick<HistoryEvent, "from" | "wasBroken" | "to" | "broken"> {
  return {
    ...(typeof from === "string" ? { from } : from === null ? { wasBroken: true as const } : {}),
    ...(typeof to === "string" ? { to } : {}),
    ...(to === null ? { broken: true } : {}),
  };
}
