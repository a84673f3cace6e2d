import type { Finding, GateName } from "../diagnostics/finding.ts";
import type { GateResult, GateStatus } from "../policy/gate.ts";
import type { JudgedRequest } from "../workflows/publish-verdict/judge-requests.ts";
import { statusName } from "../registry/status-name.ts";
import { escapeText } from "./escape.ts";

/** A verdict as the hosts of workflows show it: statuses of a commit, and annotations at lines of files. */

/** One status of a commit; the host cuts a description that is too long. */
interface Status {
  readonly name: string;
  readonly state: "success" | "pending" | "failure" | "error";
  readonly description: string;
  readonly url?: string;
  readonly onlyIfThere?: true;
}

const VERDICT_STATES = {
  pass: "success",
  pending: "pending",
  fail: "failure",
  "not-verified": "failure",
  unknown: "error",
} as const satisfies Record<JudgedRequest["verdict"], Status["state"]>;

const GATE_STATES: Readonly<Record<GateStatus, Status["state"]>> = {
  pass: "success",
  pending: "pending",
  fail: "failure",
  skipped: "success",
};

/** Whose statuses they are, and where to read more. */
export interface StatusPlace {
  /** The registry's folder: empty, or ending with `/`. */
  readonly prefix: string;
  readonly url?: string | undefined;
}

/**
 * The status of the verdict, then one for each gate. Who leaves the registry alone is told
 * so once, and not by each gate.
 */
export function renderStatuses(
  judged: JudgedRequest,
  { prefix, url }: StatusPlace,
): readonly [Status, ...Status[]] {
  const more = url === undefined ? {} : { url };
  const verdict: Status = {
    name: statusName(prefix, "verdict"),
    state: VERDICT_STATES[judged.verdict],
    description: escapeText(concludeVerdict(judged)),
    ...more,
  };
  const { gates: asked = [], transitions = [] } = judged.report ?? {};
  const isApart = transitions.length === 0 && asked.every(({ findings }) => findings.length === 0);
  const gates = asked.map((gate): Status => ({
    name: statusName(prefix, gate.gate),
    state: GATE_STATES[gate.status],
    description: escapeText(describeGate(gate)),
    ...more,
    ...(isApart ? { onlyIfThere: true } : {}),
  }));
  return [verdict, ...gates];
}

/** A verdict in a few words, not escaped: `Denied by order, stale`. */
export function concludeVerdict({ verdict, reason, report }: JudgedRequest): string {
  const named = (status: GateStatus): readonly GateName[] =>
    (report?.gates ?? []).filter((gate) => gate.status === status).map(({ gate }) => gate);
  if (verdict === "not-verified") return `Not verified: ${reason ?? ""}`;
  if (verdict === "unknown") return `Could not be told: ${reason ?? ""}`;
  if (reason !== undefined) return `Waiting: ${reason}`;
  if (verdict === "fail") return `Denied by ${named("fail").join(", ")}`;
  if (verdict === "pending") return `Waiting on ${named("pending").join(", ")}`;
  const changes = report?.transitions ?? [];
  const [first] = changes;
  if (first === undefined) return "No change to the registry";
  return changes.length === 1 ? first.summary : `${first.summary}, and ${changes.length - 1} more`;
}

function describeGate({ status, reason, findings }: GateResult): string {
  const [first] = findings;
  const more = findings.length > 1 ? ` (and ${findings.length - 1} more)` : "";
  if (status === "skipped") return `Not asked: ${reason ?? ""}`;
  if (status === "pending") return `Waiting: ${reason ?? ""}`;
  return first === undefined ? "Passes" : `${first.message}${more}`;
}

/** A finding where it stands, for `::error file=…::`. */
export interface Annotation {
  readonly level: "error" | "warning";
  readonly message: string;
  readonly title: string;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

/** GitHub shows no more of each for a step. */
const MOST_ANNOTATIONS = 10;

/** The findings of a verdict at their lines; how many of them are not shown. */
export function planAnnotations(findings: readonly Finding[]): {
  readonly shown: readonly Annotation[];
  readonly left: number;
} {
  const shown = (["error", "warning"] as const).flatMap((level) =>
    findings
      .filter(({ severity }) => severity === level)
      .slice(0, MOST_ANNOTATIONS)
      .map((finding) => toAnnotation(level, finding)),
  );
  return { shown, left: findings.length - shown.length };
}

function toAnnotation(level: Annotation["level"], finding: Finding): Annotation {
  const { code, gate, message, hint, file, line, column } = finding;
  return {
    level,
    title: `${gate}: ${code}`,
    message: hint === undefined ? message : `${message} → ${hint}`,
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
  };
}
