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

/** The folder of a branch's anchors, by key; no model's name begins so. */
export function anchorFolder(branch: string): string {
  return `.audit/${branch}/`;
}

export function anchorKey(branch: string, seq: number): string {
  return `${anchorFolder(branch)}${String(seq).padStart(9, "0")}.json`;
}

/** Which entry a key is about; undefined for a key that is none of the branch's, as those of a branch below it are. */
export function parseAnchorKey(branch: string, key: string): number | undefined {
  const folder = anchorFolder(branch);
  const [, digits] = /^(\d{9})\.json$/.exec(key.startsWith(folder) ? key.slice(folder.length) : "") ?? [];
  return digits === undefined ? undefined : Number(digits);
}

export function renderAnchor({ seq, entry, commit, source }: Anchor): string {
  return renderCanonical({ schema: ANCHOR_SCHEMA, seq, entry, commit, source });
}

/** An anchor as it was read; the reading is undefined for what is none. */
export interface FoundAnchor {
  readonly key: string;
  /** Of the entry, as the key says. */
  readonly seq: number;
  readonly anchor: Anchor | undefined;
}

export function parseAnchor(text: string): Anchor | undefined {
  const value = parseObject(text);
  if (value?.["schema"] !== ANCHOR_SCHEMA) return undefined;
  const { seq, entry, commit, source } = value;
  const sound = Number.isSafeInteger(seq) && [entry, commit, source].every((one) => typeof one === "string");
  return sound ? (value as unknown as Anchor) : undefined;
}

/** Holds anchors against the entries that stand on the branch now. */
export function compareAnchors(
  anchors: readonly FoundAnchor[],
  entries: ReadonlyMap<number, { readonly digest: string; readonly commit: string }>,
): readonly Finding[] {
  return anchors.flatMap(({ key, seq, anchor }) => {
    if (anchor === undefined) return [differs(key, "it is no anchor")];
    if (anchor.seq !== seq) return [differs(key, `it is about entry ${anchor.seq}`)];
    const found = entries.get(anchor.seq);
    const file = entryPath(anchor.seq);
    if (found === undefined)
      return [differs(key, `${file} was recorded when it was anchored, and is gone`, file)];
    if (found.digest !== anchor.entry)
      return [differs(key, `${file} is not what it was when it was anchored`, file)];
    return found.commit === anchor.commit
      ? []
      : [differs(key, `the commit of ${file} is not the one that was anchored`, file)];
  });
}

function differs(key: string, problem: string, file?: string): Finding {
  return makeFinding("AUDIT_ANCHOR_DIFFERS", { file, message: `anchor ${key}: ${problem}` });
}
