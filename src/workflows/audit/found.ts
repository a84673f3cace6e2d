import type { FoundEntry } from "../../audit/compare-history.ts";
import { parseEnrichment } from "../../audit/enrichment.ts";
import { entryPath, parseAuditPath, renderCanonical } from "../../audit/entry.ts";
import { parseEntry, type EntryReading } from "../../audit/parse-entry.ts";
import type { Finding } from "../../diagnostics/finding.ts";
import { makeFinding } from "../../diagnostics/make-finding.ts";
import type { ChainLink, Commit } from "../../ports/repository.ts";
import type { Context } from "../context.ts";
import { sha256Hex } from "../digest.ts";
import { readBranch, type BranchFile, type BranchStep } from "./branch-history.ts";
import { foreignFindings } from "./foreign.ts";
import { enrichmentLink, entryLink, type EnrichmentPart } from "./links.ts";

/** A commit of the audit branch, and what a recorder would have made of what it adds. */
export interface FoundCommit {
  readonly commit: Commit;
  /** What it adds, or the first of that. */
  readonly file: string;
  /** Whether it was found to do what no recorder does. */
  readonly isForeign: boolean;
  /** The commit of the main branch that it is made from, and how. */
  readonly source: string;
  readonly linkOf: (source: Commit) => ChainLink;
}

/** What stands on an audit branch, oldest first. */
export interface Found {
  readonly entries: readonly FoundEntry[];
  /** Without those that are broken themselves: nothing can be told of their commits. */
  readonly commits: readonly FoundCommit[];
  readonly findings: readonly Finding[];
}

export async function readFound(context: Context, tip: string): Promise<Found> {
  const steps: BranchStep[] = [];
  for await (const step of readBranch(context, tip)) steps.push(step);
  return sortSteps(steps.toReversed());
}

/** Sorts what commits of the branch added, oldest first. `sourceOf`: of entries that came before the first of them. */
export function sortSteps(
  steps: readonly BranchStep[],
  sourceOf?: (seq: number) => string | undefined,
): Found {
  const entries: FoundEntry[] = [];
  const commits: FoundCommit[] = [];
  const findings: Finding[] = [];
  const fits = (seq: number, source: string): boolean => {
    if (sourceOf !== undefined) return sourceOf(seq) === source;
    const about = entries[seq - 1]?.reading;
    return about !== undefined && (!about.ok || about.entry.source === source);
  };
  for (const step of steps) {
    const foreign = foreignFindings(step);
    const own = readEntries(step);
    entries.push(...own);
    const enrichments = readEnrichments(step, fits);
    findings.push(...foreign, ...enrichments.broken.map(brokenEnrichment));
    const made =
      own.length > 0
        ? own.flatMap((one) => entryCommit(one, step))
        : enrichments.broken.length === 0
          ? enrichmentCommit(enrichments.sound, step)
          : [];
    commits.push(...made.map((one) => ({ ...one, isForeign: foreign.length > 0 })));
  }
  return { entries, commits, findings };
}

function readEntries({ commit, files }: BranchStep): readonly FoundEntry[] {
  return [...files].flatMap(([path, file]) => {
    const { kind, seq = 0 } = parseAuditPath(path) ?? {};
    if (kind !== "entry") return [];
    const { bytes, text = "" } = file;
    return [{ seq, commit: commit.oid, text, digest: sha256Hex(bytes ?? ""), reading: readingOf(file) }];
  });
}

function readingOf({ bytes, text }: BranchFile): EntryReading {
  if (bytes === undefined) return { ok: false, problem: "it is too long" };
  return text === undefined ? { ok: false, problem: "it is no UTF-8" } : parseEntry(text);
}

interface FoundEnrichment extends EnrichmentPart {
  readonly path: string;
  /** The commit of the main branch. */
  readonly source: string;
}

interface FoundEnrichments {
  /** In the order of their entries. */
  readonly sound: readonly FoundEnrichment[];
  readonly broken: readonly string[];
}

/** Enrichment comes after its entry, and is about the same commit: that is what `fits` tells. */
function readEnrichments(
  { files }: BranchStep,
  fits: (seq: number, source: string) => boolean,
): FoundEnrichments {
  const sound: FoundEnrichment[] = [];
  const broken: string[] = [];
  for (const [path, { bytes, text = "" }] of files) {
    const { kind, seq = 0 } = parseAuditPath(path) ?? {};
    if (kind !== "enrichment") continue;
    const enrichment = parseEnrichment(text, seq);
    if (
      enrichment === undefined ||
      bytes === undefined ||
      !fits(seq, enrichment.source) ||
      !isCanonical(enrichment, text)
    )
      broken.push(path);
    else sound.push({ seq, path, content: bytes, source: enrichment.source });
  }
  return { sound: sound.toSorted((a, b) => a.seq - b.seq), broken };
}

function isCanonical(value: object, text: string): boolean {
  try {
    return renderCanonical(value) === text;
  } catch {
    // A text that is no Unicode has no canonical form.
    return false;
  }
}

type Made = readonly Omit<FoundCommit, "isForeign">[];

function entryCommit({ seq, reading }: FoundEntry, { commit, files }: BranchStep): Made {
  // One that says another number than its path is named for that.
  if (!reading.ok || reading.entry.seq !== seq) return [];
  const { entry } = reading;
  const file = entryPath(seq);
  const content = files.get(file)?.bytes;
  if (content === undefined) return [];
  return [{ commit, file, source: entry.source, linkOf: (source) => entryLink({ entry, content }, source) }];
}

function enrichmentCommit(parts: readonly FoundEnrichment[], { commit }: BranchStep): Made {
  const [first, last] = [parts[0], parts.at(-1)];
  if (first === undefined || last === undefined) return [];
  const { path: file } = first;
  return [{ commit, file, source: last.source, linkOf: (source) => enrichmentLink(parts, source) }];
}

function brokenEnrichment(file: string): Finding {
  return makeFinding("AUDIT_FOREIGN_CHANGE", { file, message: "it is no enrichment of that entry" });
}
