import type { Verdict } from "../../policy/evaluate.ts";
import type { GateResult, GateStatus } from "../../policy/gate.ts";
import { styled, type Line, type Styled } from "../page.ts";
import { renderFinding } from "./findings.ts";

const MARKS: Readonly<Record<GateStatus, Styled>> = {
  pass: styled("good", "✔"),
  fail: styled("bad", "✖"),
  pending: styled("warn", "…"),
  skipped: styled("dim", "-"),
};

/** What a change does, and what each gate says of it. */
export function renderVerdict(verdict: Verdict): readonly Line[] {
  const changes: readonly Line[] =
    verdict.transitions.length === 0
      ? [[styled("strong", "No change to the registry")]]
      : verdict.transitions.map(({ summary }) => [styled("strong", summary)]);
  const silent = verdict.gates.filter((gate) => gate.status === "pass" && gate.findings.length === 0);
  const telling = verdict.gates.filter((gate) => !silent.includes(gate));
  const passed: readonly Line[] =
    silent.length === 0 ? [] : [["  ", MARKS.pass, " ", silent.map(({ gate }) => gate).join(", ")]];
  return [...changes, [], ...passed, ...telling.flatMap(renderGate)];
}

function renderGate({ gate, status, reason, findings }: GateResult): readonly Line[] {
  const head: Line = [
    "  ",
    MARKS[status],
    " ",
    gate,
    ...(reason === undefined ? [] : [styled("dim", ` ${status}: ${reason}`)]),
  ];
  return [head, ...findings.flatMap((finding) => renderFinding(finding, "      "))];
}

/** The verdict in one sentence. */
export function renderConclusion({ verdict, gates }: Verdict, denied: string): readonly Line[] {
  const named = (status: GateStatus): string =>
    gates
      .filter((gate) => gate.status === status)
      .map((gate) => gate.gate)
      .join(", ");
  if (verdict === "fail")
    return [[], [styled("bad", "Denied"), ` by ${named("fail")}. ${denied} Follow the → and try again.`]];
  if (verdict === "pending") return [[], [styled("warn", "Pending"), ` on ${named("pending")}.`]];
  return [];
}
