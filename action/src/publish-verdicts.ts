import type { OpenedContext } from "../../src/composition/opened-context.ts";
import { isModeltrailError, ModeltrailError } from "../../src/diagnostics/errors.ts";
import { renderStatuses } from "../../src/report/actions.ts";
import { renderVerdictComment } from "../../src/report/markdown/verdict.ts";
import { mapBounded } from "../../src/workflows/bounded.ts";
import type { ArtifactScope } from "../../src/workflows/judge/judge.ts";
import type { JudgedRequest, JudgedRequests } from "../../src/workflows/publish-verdict/judge-requests.ts";
import { publishVerdict, type Telling } from "../../src/workflows/publish-verdict/publish.ts";
import { takeBackSuccesses, toStanding, type Untaken } from "../../src/workflows/publish-verdict/withdraw.ts";
import type { Environment } from "./environment.ts";
import { markerOf } from "./registry.ts";
import { runUrl } from "./runner.ts";

const AT_ONCE = 4;

/** What a run puts on pull requests. */
export interface Publishing {
  readonly env: Environment;
  readonly context: OpenedContext;
  readonly comment: boolean;
  readonly suggest: boolean;
  readonly artifacts: ArtifactScope;
  /** Whether this run is about all that are open. */
  readonly isAboutAll: boolean;
  /** The commit that the event named. */
  readonly head: string | undefined;
  /** The pull request that it is about. */
  readonly number: number | undefined;
}

/** What stands on pull requests now. */
export interface PublishedVerdicts {
  /** As they were told in the end. */
  readonly told: readonly JudgedRequest[];
  /** Whether a success was overtaken by what moved while it was written. */
  readonly isOvertaken: boolean;
  /** What kept one from being told. */
  readonly failures: readonly unknown[];
  /** Successes that nobody is to be let in by any more, and that stand all the same. */
  readonly untaken: readonly Untaken[];
}

/** Tells each of its verdict; `shown` are the same with files named from the repository's root. */
export async function publishVerdicts(
  publishing: Publishing,
  { judged, left, host, holds }: JudgedRequests,
  shown: readonly JudgedRequest[],
): Promise<PublishedVerdicts> {
  const { context, isAboutAll } = publishing;
  const heads = new Set(judged.map(({ head }) => head));
  const others = left.filter(({ head }) => !heads.has(head)).map(toStanding);
  const untaken = [...(await takeBackSuccesses(host, others, () => statusOf(publishing, "pending", LEFT)))];
  const failures: unknown[] = [];
  let isOvertaken = false;
  const told = await mapBounded(judged, AT_ONCE, async (one, index) => {
    const said = shown[index] ?? one;
    try {
      const outcome = await publishVerdict(
        context,
        host,
        one,
        tellingOf(publishing, said, (isWritten) => holds(one, isWritten)),
      );
      if (outcome === "overtaken") isOvertaken = true;
      return outcome === "told" ? said : { ...said, ...OUTCOMES[outcome](one) };
    } catch (error) {
      // One that cannot be told keeps no other from being told.
      failures.push(numbered(one, error));
      if (isAboutAll) {
        const status = statusOf(publishing, "unknown", reasonOf(error));
        untaken.push(...(await takeBackSuccesses(host, [standingOf(one)], () => status)));
      }
      return said.verdict === "pass" ? { ...said, ...untold(one, error) } : said;
    }
  });
  return { told, isOvertaken, failures, untaken };
}

const LEFT = "too many pull requests are open to judge this one; close some, or judge it by its number";
const MOVED = "the branches moved while it was judged; the next run judges it again";
const CROWDED = "too many statuses stand on this commit; push the change again as a new one";

const OUTCOMES = {
  overtaken: (): Partial<JudgedRequest> => ({ verdict: "pending", reason: MOVED }),
  crowded: (one: JudgedRequest): Partial<JudgedRequest> =>
    untold(
      one,
      new ModeltrailError("INVALID_INPUT", CROWDED, {
        hint: "A success that could not be taken back any more is not given.",
      }),
    ),
} as const;

function untold(one: JudgedRequest, error: unknown): Partial<JudgedRequest> {
  return { verdict: "unknown", reason: reasonOf(error), error: numbered(one, error) };
}

/** Of many pull requests nobody could tell which one an error is about. */
function numbered({ request }: JudgedRequest, error: unknown): unknown {
  if (!isModeltrailError(error) || request === undefined) return error;
  const { code, message, hint } = error;
  const more = hint === undefined ? {} : { hint };
  return new ModeltrailError(code, `#${request.request.number}: ${message}`, { ...more, cause: error });
}

function standingOf({ head, request }: JudgedRequest): Omit<Untaken, "error"> {
  return { commit: head, number: request?.request.number };
}

function tellingOf(
  publishing: Publishing,
  one: JudgedRequest,
  holds: NonNullable<Telling["guard"]>["holds"],
): Telling {
  const { context, comment, suggest } = publishing;
  const otherwise = statusOf(publishing, "pending", MOVED);
  const crowded = statusOf(publishing, "unknown", CROWDED);
  return {
    statuses: statusesOf(publishing, one),
    comment: comment ? commentOf(context, one) : undefined,
    suggest,
    guard: { holds, otherwise, crowded },
  };
}

/**
 * Reviewers read what stands in the way. A change that passes from the start needs no more than its statuses; one that
 * goes elsewhere is nobody's business here, and what could not be told is soon told again.
 */
function commentOf({ prefix }: OpenedContext, judged: JudgedRequest): Telling["comment"] {
  const { verdict, report } = judged;
  if (verdict === "unknown") return undefined;
  const isTelling = verdict !== "pass" || report?.gates.some((gate) => gate.findings.length > 0) === true;
  return {
    marker: markerOf("verdict", prefix),
    body: renderVerdictComment(judged),
    create: report !== undefined && isTelling,
  };
}

/** The status of a verdict first, then those of its gates. */
export function statusesOf(
  { env, context }: Publishing,
  judged: JudgedRequest,
): ReturnType<typeof renderStatuses> {
  return renderStatuses(judged, { prefix: context.prefix, url: runUrl(env) });
}

/** The status of a commit that nobody judged. */
export function statusOf(
  publishing: Publishing,
  verdict: "pending" | "unknown",
  reason: string,
): ReturnType<typeof renderStatuses>[0] {
  return statusesOf(publishing, { head: "", verdict, reason })[0];
}

export function reasonOf(error: unknown): string {
  return isModeltrailError(error) ? error.message : "Modeltrail has a bug";
}
