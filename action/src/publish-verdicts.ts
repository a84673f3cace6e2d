import type { OpenedContext } from "../../src/composition/opened-context.ts";
import { isModeltrailError } from "../../src/diagnostics/errors.ts";
import { renderStatuses } from "../../src/report/actions.ts";
import { renderVerdictComment } from "../../src/report/markdown/verdict.ts";
import { mapBounded } from "../../src/workflows/bounded.ts";
import type { ArtifactScope } from "../../src/workflows/judge/judge.ts";
import type { JudgedRequest, JudgedRequests } from "../../src/workflows/publish-verdict/judge-requests.ts";
import { publishVerdict, type Telling } from "../../src/workflows/publish-verdict/publish.ts";
import {
  type Closed,
  withdrawAll,
  withdrawClosed,
  withdrawSuccesses,
  withdrawVerdict,
} from "../../src/workflows/publish-verdict/withdraw.ts";
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

/**
 * Tells each of its verdict; `shown` are the same with files named from the repository's root. Gives back those whose
 * success was overtaken by what moved while it was written.
 */
export async function publishVerdicts(
  publishing: Publishing,
  { judged, left, host, holds }: JudgedRequests,
  shown: readonly JudgedRequest[],
): Promise<readonly JudgedRequest[]> {
  const { context } = publishing;
  const told = new Set(judged.map(({ head }) => head));
  const untold = left.map(({ head }) => head).filter((head) => !told.has(head));
  await withdrawSuccesses(context, host, untold, statusOf(publishing, "pending", LEFT));
  const failures: unknown[] = [];
  const overtaken: JudgedRequest[] = [];
  await mapBounded(judged, AT_ONCE, async (one, index) => {
    const check = async (): Promise<boolean> => {
      const does = await holds(one);
      if (!does && !overtaken.includes(one)) overtaken.push(one);
      return does;
    };
    try {
      await publishVerdict(context, host, one, tellingOf(publishing, shown[index] ?? one, check));
    } catch (error) {
      // One that cannot be told keeps no other from being told.
      failures.push(error);
      if (publishing.isAboutAll)
        await withdrawSuccesses(context, host, [one.head], statusOf(publishing, "unknown", reasonOf(error)));
    }
  });
  if (failures.length > 0) throw failures[0];
  return overtaken;
}

const LEFT = "too many pull requests are open to judge this one; close some, or judge it by its number";
const MOVED = "the branches moved while it was judged; the next run judges it again";
const CLOSED = "it was closed, and is judged again when it is reopened";

function tellingOf(publishing: Publishing, one: JudgedRequest, holds: () => Promise<boolean>): Telling {
  const { env, context, comment, suggest } = publishing;
  return {
    statuses: renderStatuses(one, { prefix: context.prefix, url: runUrl(env) }),
    comment: comment ? commentOf(context, one) : undefined,
    suggest,
    guard: { holds, otherwise: statusOf(publishing, "pending", MOVED) },
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

/** A success that stood there is no longer known to be true. */
export async function withdrawOnError(publishing: Publishing, error: unknown): Promise<void> {
  const { context, artifacts, isAboutAll, head, number } = publishing;
  const status = statusOf(publishing, "unknown", reasonOf(error));
  if (isAboutAll) return withdrawAll(context, status, { error, artifacts });
  await withdrawVerdict(context, { head, number }, status);
}

export function takeBackClosed(publishing: Publishing, number: number): Promise<Closed> {
  return withdrawClosed(publishing.context, number, statusOf(publishing, "pending", CLOSED));
}

function statusOf(
  { env, context }: Publishing,
  verdict: "pending" | "unknown",
  reason: string,
): ReturnType<typeof renderStatuses>[0] {
  const [status] = renderStatuses(
    { head: "", verdict, reason },
    { prefix: context.prefix, url: runUrl(env) },
  );
  return status;
}

function reasonOf(error: unknown): string {
  return isModeltrailError(error) ? error.message : "Modeltrail has a bug";
}
