import type { Finding } from "../diagnostics/finding.ts";
import { makeFinding } from "../diagnostics/make-finding.ts";
import { entryPath, renderCanonical } from "./entry.ts";
import { parseObject } from "./parse-entry.ts";

const ANCHOR_SCHEMA = "modeltrail.dev/audit-anchor/v1";

/** What is written outside of the repository of the last entry of a run. */
export interface Anchor {
  readonly seq: number;
  /** SHA-256 of the entry's bytes. */
  readonly entry: string;
  /** Its commit on the audit branch. */
  readonly commit: string;
  /** The commit of the main branch. */
  readonly source: string;
}

/** Under which all anchors lie, by key; no model's name begins so. */
export const ANCHOR_ROOT = ".audit/";

/** The folder of a branch's anchors. */
export function anchorFolder(branch: string): string {
  return `${ANCHOR_ROOT}${branch}/`;
}

export function anchorKey(branch: string, seq: number): string {
  return `${anchorFolder(branch)}${String(seq).padStart(9, "0")}.json`;
}

/** Which branch and entry a key is about; undefined for a key that is no anchor's. */
export function parseAnchorKey(key: string): { readonly branch: string; readonly seq: number } | undefined {
  const [, branch, digits] = /^\.audit\/(.+)\/(\d{9})\.json$/s.exec(key) ?? [];
  return branch === undefined ? undefined : { branch, seq: Number(digits) };
}

export function renderAnchor({ seq, entry, commit, source }: Anchor): string {
  return renderCanonical({ schema: ANCHOR_SCHEMA, seq, entry, commit, source });
}

/** An anchor as it was found. */
export interface FoundAnchor {
  readonly key: string;
  /** The audit branch and the entry, as the key says. */
  readonly branch: string;
  readonly seq: number;
  /** Undefined for what is none, and for what cannot be read: `problem` then says why. */
  readonly anchor: Anchor | undefined;
  readonly problem?: string;
}

export function parseAnchor(text: string): Anchor | undefined {
  const value = parseObject(text);
  if (value?.["schema"] !== ANCHOR_SCHEMA) return undefined;
  const { seq, entry, commit, source } = value;
  const sound = Number.isSafeInteger(seq) && [entry, commit, source].every((one) => typeof one === "string");
  return sound ? (value as unknown as Anchor) : undefined;
}

/** Holds anchors of the audit branch against the entries that stand on it now. */
export function compareAnchors(
  anchors: readonly FoundAnchor[],
  entries: ReadonlyMap<number, { readonly digest: string; readonly commit: string }>,
): readonly Finding[] {
  return anchors.flatMap((found) => {
    const { key, seq, anchor } = found;
    if (anchor?.seq !== seq) return [unusable(found)];
    const entry = entries.get(seq);
    const file = entryPath(seq);
    if (entry === undefined)
      return [differs(key, `${file} was recorded when it was anchored, and is gone`, file)];
    if (entry.digest !== anchor.entry)
      return [differs(key, `${file} is not what it was when it was anchored`, file)];
    return entry.commit === anchor.commit
      ? []
      : [
          differs(
            key,
            `${file} stands in commit ${entry.commit}, and was anchored in ${anchor.commit}: the branch was made anew`,
            file,
          ),
        ];
  });
}

/**
 * Holds anchors of audit branches that the registry had before against the main branch: whatever became of those
 * branches, the commits that were recorded on them stay where they were. `line`: the first-parent history of the main branch.
 */
export function compareFormerAnchors(
  anchors: readonly FoundAnchor[],
  line: ReadonlySet<string>,
): readonly Finding[] {
  return anchors.flatMap((found) => {
    const { key, seq, anchor } = found;
    if (anchor?.seq !== seq) return [unusable(found)];
    if (line.has(anchor.source)) return [];
    return [
      differs(
        key,
        `commit ${anchor.source} was on the first-parent line of the main branch when it was anchored, and is not there now`,
      ),
    ];
  });
}

function unusable({ key, anchor, problem }: FoundAnchor): Finding {
  if (problem !== undefined)
    return makeFinding("AUDIT_ANCHOR_UNREADABLE", { message: `anchor ${key}: ${problem}` });
  return differs(key, anchor === undefined ? "it is no anchor" : `it is about entry ${anchor.seq}`);
}

function differs(key: string, problem: string, file?: string): Finding {
  return makeFinding("AUDIT_ANCHOR_DIFFERS", { file, message: `anchor ${key}: ${problem}` });
}
