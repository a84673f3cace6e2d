import type { Finding, GateName } from "../diagnostics/finding.ts";
import type { Snapshot } from "../registry/model-view.ts";
import { isStageMove, type Transition } from "../registry/transition.ts";
import {
  ENTRY_SCHEMA,
  renderCanonical,
  type EntryDraft,
  type EntryFinding,
  type EntryVerdict,
} from "./entry.ts";
import { plainText } from "./plain-text.ts";

/** What one gate said. */
export interface JudgedGate {
  readonly gate: GateName;
  readonly status: "pass" | "pending" | "fail" | "skipped";
  readonly findings: readonly Finding[];
}

/** A commit of the main branch, and what the judge said of it. */
export interface JudgedCommit {
  readonly source: string;
  /** RFC 3339, UTC. */
  readonly committedAt: string;
  /** SHA-256 of the policy at the first parent. */
  readonly policy: string;
  readonly rules: number;
  readonly transitions: readonly Transition[];
  readonly gates: readonly JudgedGate[];
  /** The registry after the commit, with the models that it touches. */
  readonly head: Snapshot;
  /** The registry's folder: empty, or ending with `/`. */
  readonly prefix: string;
}

/** What only a store, a forge or a moved base can tell is no part of an entry. */
const NOT_FROM_FILES: ReadonlySet<GateName> = new Set(["artifact", "approvals", "stale"]);
const MOST_FINDINGS = 20;
/** Of all findings of an entry as they are written; with everything else this stays below MAX_ENTRY_BYTES. */
const MOST_FINDING_BYTES = 40 * 1024;
const LONGEST_NAME = 200;
const LONGEST_PATH = 400;
const LONGEST_MESSAGE = 400;

/** One draft a transition, in the order of `compareSnapshots`. */
export function draftEntries(judged: JudgedCommit): readonly EntryDraft[] {
  const { transitions, source, policy, rules, committedAt } = judged;
  const verdict = draftVerdict(judged);
  return transitions.map((transition, index) => ({
    schema: ENTRY_SCHEMA,
    source,
    index: index + 1,
    of: transitions.length,
    kind: transition.kind,
    ...describe(transition, judged),
    policy,
    rules,
    verdict,
    committedAt,
  }));
}

/** A path, from the repository's root, as an entry names it. */
export function entryFile(path: string): string {
  return plainText(path, LONGEST_PATH);
}

type Described = Pick<EntryDraft, "model" | "stage" | "from" | "wasBroken" | "to" | "file" | "digest">;

function describe(transition: Transition, { head, prefix }: JudgedCommit): Described {
  const model = transition.model === undefined ? {} : { model: name(transition.model) };
  switch (transition.kind) {
    case "register":
    case "yank": {
      const view = head.models.get(transition.model)?.versions.get(transition.version);
      const digest = view?.value?.spec.artifact.digest;
      return { ...model, to: name(transition.version), ...(digest === undefined ? {} : { digest }) };
    }
    case "promote":
    case "rollback":
    case "retire":
      return { ...model, ...describeMove(transition, head) };
    case "edit":
    case "config":
    case "deploy":
      return {
        ...model,
        ...("stage" in transition ? describeMove(transition, head) : {}),
        file: entryFile(`${prefix}${transition.file}`),
      };
  }
}

function describeMove(
  transition: Extract<Transition, { readonly stage: string }>,
  head: Snapshot,
): Described {
  const { stage, from, wasBroken } = transition;
  const held = head.models.get(transition.model)?.stages.get(stage)?.value?.spec;
  return {
    stage: name(stage),
    ...(from === undefined ? {} : { from: name(from) }),
    ...(wasBroken === undefined ? {} : { wasBroken }),
    ...(isStageMove(transition) ? { to: name(transition.to) } : {}),
    // What deploys read; that it is the version's is the gate `consistency`'s business.
    ...(isStageMove(transition) && held !== undefined ? { digest: held.artifact.digest } : {}),
  };
}

function name(text: string): string {
  return plainText(text, LONGEST_NAME);
}

function draftVerdict({ gates, prefix }: JudgedCommit): EntryVerdict {
  const asked = gates.filter(({ gate }) => !NOT_FROM_FILES.has(gate));
  const passed = asked.every(({ status }) => status === "pass" || status === "skipped");
  const all = asked.flatMap(({ gate, findings }) => findings.map((finding) => ({ gate, finding })));
  // Errors first: they are why, and the list may end before the warnings.
  const sorted = all.toSorted((a, b) => rank(a.finding) - rank(b.finding));
  const findings = boundFindings(
    sorted.slice(0, MOST_FINDINGS).map(({ gate, finding }) => draftFinding(gate, finding, prefix)),
  );
  return {
    result: passed ? "pass" : "unverified",
    gates: Object.fromEntries(asked.map(({ gate, status }) => [gate, status])),
    findings,
    more: sorted.length - findings.length,
  };
}

/** The first of them that fit: a character may take four bytes, and a quotation mark two. */
function boundFindings(findings: readonly EntryFinding[]): readonly EntryFinding[] {
  const encoder = new TextEncoder();
  let bytes = 0;
  const end = findings.findIndex((finding) => {
    bytes += encoder.encode(renderCanonical(finding)).length;
    return bytes > MOST_FINDING_BYTES;
  });
  return end === -1 ? findings : findings.slice(0, end);
}

function rank({ severity }: Finding): number {
  return severity === "error" ? 0 : 1;
}

function draftFinding(gate: GateName, { code, file, line, message }: Finding, prefix: string): EntryFinding {
  return {
    code,
    gate,
    ...(file === undefined ? {} : { file: entryFile(`${prefix}${file}`) }),
    ...(line === undefined ? {} : { line }),
    message: plainText(message, LONGEST_MESSAGE),
  };
}
