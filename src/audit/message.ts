import type { GateName } from "../diagnostics/finding.ts";
import { describeBefore } from "../registry/transition.ts";
import { NO_DIGEST, type AuditEntry, type EntryVerdict } from "./entry.ts";

const MOST_LINES = 5;

/** As verdicts list them; canonical JSON sorts them otherwise. */
const GATE_ORDER: readonly GateName[] = [
  "schema",
  "immutability",
  "consistency",
  "order",
  "soak",
  "freeze",
  "evidence",
  "metrics",
  "gates",
  "retire",
];
const PLAIN_NAME = /^[A-Za-z0-9._/-]+$/;

/** Takes from free text what a forge would act on; see `change/inert-words`. */
export type Inert = (text: string) => string;

/**
 * The message of an entry's commit, so that `git log` alone tells what happened and why it was allowed; who and when
 * stand in the commit. It follows from the entry.
 */
export function renderEntryMessage(entry: AuditEntry, inert: Inert): string {
  const body = describeVerdict(entry, inert).join("\n");
  const trailers = trailersOf(entry, inert).map(([key, value]) => `${key}: ${value}`);
  return `${describeEntry(entry, inert)}\n\n${body}\n\n${trailers.join("\n")}\n`;
}

/** An entry in a line: `production: fraud-detector 1.3.0 -> 1.4.0`. */
export function describeEntry(entry: AuditEntry, inert: Inert = (text) => text): string {
  const { kind, model = "", stage = "", to, file = "" } = entry;
  const named = (text: string): string => inertName(text, inert);
  const move = (after: string): string =>
    `${named(stage)}: ${named(model)} ${named(describeBefore(entry))} -> ${named(after)}`;
  switch (kind) {
    case "promote":
    case "rollback":
    case "retire":
      return move(to ?? "(empty)");
    case "register":
    case "yank":
      return `${kind}: ${named(model)} ${named(to ?? "")}`;
    case "edit":
    case "config":
    case "deploy":
      return entry.stage === undefined ? `${kind}: ${inert(file)}` : move("(broken)");
  }
}

/** A name of the usual form is never touched: `gh-1` may be a model. */
function inertName(text: string, inert: Inert): string {
  return PLAIN_NAME.test(text) ? text : inert(text);
}

/** Why it was allowed, or that it was not. */
function describeVerdict({ verdict, policy }: AuditEntry, inert: Inert): readonly string[] {
  const under =
    policy === NO_DIGEST ? "without a policy before it" : `under the policy of ${policy.slice(0, 12)}`;
  if (verdict.result === "pass") return [`Verified ${under}: ${gatesOf(verdict, "pass").join(", ")}.`];
  const failed = new Set(gatesOf(verdict, "fail"));
  const reasons = [
    ...verdict.findings
      .filter(({ gate }) => failed.has(gate))
      .map(({ gate, message }) => `${gate}: ${inert(message)}`),
    ...gatesOf(verdict, "pending").map((gate) => `${gate}: pending`),
  ];
  const left = reasons.length - MOST_LINES + verdict.more;
  return [
    `Not verified ${under}.`,
    ...reasons.slice(0, MOST_LINES).map((reason) => `Unverified: ${reason}`),
    ...(left > 0 ? [`and ${left} more`] : []),
  ];
}

function gatesOf({ gates }: EntryVerdict, status: string): readonly string[] {
  const known: readonly string[] = GATE_ORDER;
  const others = Object.keys(gates).filter((gate) => !known.includes(gate));
  return [...known, ...others.toSorted()].filter((gate) => gates[gate] === status);
}

function trailersOf(entry: AuditEntry, inert: Inert): readonly (readonly [string, string])[] {
  const { kind, model, stage, from, to, file, digest, source, verdict, seq, prev } = entry;
  const optional: readonly (readonly [string, string | undefined])[] = [
    ["Model", model],
    ["Stage", stage],
    ["Version-From", from],
    ["Version-To", to],
    ["File", file],
    ["Artifact-Digest", digest],
  ];
  return [
    ["Kind", kind],
    ...optional.flatMap(([key, value]) =>
      value === undefined ? [] : [[key, inertName(value, inert)] as const],
    ),
    ["Source-Commit", source],
    ["Verdict", verdict.result],
    ["Audit-Sequence", String(seq)],
    ["Audit-Previous", prev],
  ];
}
