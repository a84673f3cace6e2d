import { isModeltrailError } from "../../diagnostics/errors.ts";
import type { Verdict } from "../../policy/evaluate.ts";
import type { PullRequests, RequestFacts } from "../../ports/forge.ts";
import type { Snapshot } from "../../registry/model-view.ts";
import { mapBounded } from "../bounded.ts";
import type { Context } from "../context.ts";
import { type ArtifactScope, judgeChange } from "../judge/judge.ts";
import { suggestArtifacts } from "../judge/suggest.ts";
import type { ChangeReport } from "../validate.ts";
import { always, chooseRequests, decideByHead, hasMoved } from "./choose-requests.ts";
import { type JudgingPlace, openJudgingPlace } from "./judging-place.ts";

/** What is told of one pull request, or of a group of them on their way through a merge queue. */
export interface JudgedRequest {
  /** Left out for a group. */
  readonly request?: RequestFacts;
  /** The commit that was judged. */
  readonly head: string;
  /** `not-verified` for a fork's, which is never let in; `unknown` where nothing could be told, as `error` says. */
  readonly verdict: Verdict["verdict"] | "not-verified" | "unknown";
  /** Why, where the gates alone do not say. */
  readonly reason?: string;
  /** What the gates say; left out where they were not asked. */
  readonly report?: ChangeReport;
  /** The registry as it would be. */
  readonly snapshot?: Snapshot;
  /** A bug of ours is one, too: it keeps no other pull request from being told. */
  readonly error?: unknown;
  /** The number of the pull request with the same head whose verdict stands on that commit, which has but one status. */
  readonly decidedBy?: number;
  /** Where that one cannot have a success either: none may stand. */
  readonly isWithheld?: true;
}

/** Which pull requests to judge, and how. */
export interface JudgeOptions {
  readonly artifacts: ArtifactScope;
  /** One; left out: all that are open. */
  readonly number?: number | undefined;
  /** The branch of that one, which may be what mends a policy that cannot be read. */
  readonly mending?: string | undefined;
  /** Of many: hears of each own one into the default branch that does not pass, as soon as that is known. */
  readonly denied?: ((host: PullRequests, judged: JudgedRequest) => Promise<void>) | undefined;
  /** How many at most; left out: as many as a workflow's token is good for. */
  readonly most?: number;
}

export interface JudgedRequests {
  readonly judged: readonly JudgedRequest[];
  /** Open ones that were left for another run. */
  readonly left: readonly RequestFacts[];
  /** Why the one that was asked for is not judged: it is open no more. */
  readonly ended?: string;
  readonly host: PullRequests;
  /** The branch that successes are for. */
  readonly base: string;
  /** Whether what was judged is what is there now, before its success is written and after. */
  readonly holds: (judged: JudgedRequest, isWritten: boolean) => Promise<boolean>;
}

const AT_ONCE = 4;
const MOST_ROUNDS = 3;
/** Each takes several requests, of which a workflow's token has a thousand in an hour. */
const MOST_REQUESTS = 150;

/**
 * Judges open pull requests on the tip of the default branch. When that moves meanwhile, or the one that was asked for
 * does, they are judged again: what is told is of now. What moves faster than that is pending.
 */
export async function judgeRequests(context: Context, options: JudgeOptions): Promise<JudgedRequests> {
  const { number } = options;
  for (let round = 1; ; round += 1) {
    const place = await openJudgingPlace(context, options.mending);
    const { host, base } = place;
    const all = number === undefined ? await host.listRequests() : [await host.look(number)];
    const ended = all.find(({ state }) => state !== "open");
    if (ended !== undefined) {
      const how = ended.state === "merged" ? "merged already" : "closed";
      return { judged: [], left: [], ended: `#${ended.request.number} is ${how}`, host, base, holds: always };
    }
    const { chosen, left } = chooseRequests(all, options.most ?? MOST_REQUESTS);
    const verdicts = await mapBounded(chosen, AT_ONCE, async (facts) => {
      const one = await tryJudge(context, place, facts, options);
      const isDenied = one.verdict !== "pass" && !facts.isFork && facts.base === base;
      if (isDenied && number === undefined) await options.denied?.(host, one);
      return one;
    });
    const judged = await decideByHead(place, verdicts, number);
    const holds = async ({ request }: JudgedRequest, isWritten: boolean): Promise<boolean> =>
      !(await hasMoved(context, place, request, isWritten));
    if (!(await hasMoved(context, place, number === undefined ? undefined : chosen[0])))
      return { judged, left, host, base, holds };
    if (round < MOST_ROUNDS) continue;
    const reason = "the branches move faster than they are judged; the next run judges them";
    const unsure = judged.map((one) =>
      one.verdict === "pass" ? ({ ...one, verdict: "pending", reason } as const) : one,
    );
    return { judged: unsure, left, host, base, holds };
  }
}

/** One that cannot be judged keeps no other from being told. */
async function tryJudge(
  context: Context,
  place: JudgingPlace,
  facts: RequestFacts,
  { artifacts }: JudgeOptions,
): Promise<JudgedRequest> {
  const told = { request: facts, head: facts.head };
  if (facts.base !== place.base)
    return { ...told, verdict: "pending", reason: `it goes into ${facts.base}, not ${place.base}` };
  const { isFork, head } = facts;
  try {
    // A fork's run has no secrets, so its bytes are not looked for; what the files say is told all the same.
    const range = { base: place.tip, head, artifacts: isFork ? "none" : artifacts } as const;
    const judged = await judgeRange(context, range);
    return isFork ? { ...told, ...judged, verdict: "not-verified", reason: FORK } : { ...told, ...judged };
  } catch (error) {
    if (isFork && isModeltrailError(error))
      return { ...told, verdict: "not-verified", reason: `${FORK}; ${error.message}` };
    return { ...told, ...untold(error) };
  }
}

function untold(error: unknown): Pick<JudgedRequest, "verdict" | "reason" | "error"> {
  const reason = isModeltrailError(error) ? error.message : "Modeltrail has a bug";
  return { verdict: "unknown", reason, error };
}

const FORK = "it comes from a fork, so nothing of it is verified";

interface Range {
  readonly base: string;
  readonly head: string;
  readonly artifacts: ArtifactScope;
}

async function judgeRange(
  context: Context,
  { base, head, artifacts }: Range,
): Promise<Pick<JudgedRequest, "report" | "snapshot"> & Pick<Verdict, "verdict">> {
  const { verdict, head: snapshot } = await judgeChange(context, { base, head, artifacts });
  const findings = verdict.gates.flatMap((gate) => gate.findings);
  const report = { ...verdict, base, head, suggestions: suggestArtifacts(snapshot, findings) };
  return { verdict: verdict.verdict, report, snapshot };
}

/** What a merge queue is about to put on a branch. */
export interface MergeGroup extends Omit<Range, "artifacts"> {
  /** The branch that it goes to, without `refs/heads/`. */
  readonly into: string;
}

/**
 * Judges a group on the commit that the queue built it on: those before it are judged in groups of their own. It may be
 * what mends a policy that cannot be read, as a pull request may.
 */
export async function judgeGroup(
  context: Context,
  { base, head, into }: MergeGroup,
  artifacts: ArtifactScope,
): Promise<JudgedRequests> {
  const { host, base: main } = await openJudgingPlace(context, head);
  const told = { left: [], host, base: main, holds: always } as const;
  if (into !== main)
    return {
      judged: [{ head, verdict: "pending", reason: `it goes into ${into}, not ${main}` }],
      ...told,
    };
  try {
    return { judged: [{ head, ...(await judgeRange(context, { base, head, artifacts })) }], ...told };
  } catch (error) {
    return { judged: [{ head, ...untold(error) }], ...told };
  }
}
