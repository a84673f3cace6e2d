import { ENRICHMENT_SCHEMA, type Enrichment, type EnrichmentFile } from "../../audit/enrichment.ts";
import {
  enrichmentPath,
  entryPath,
  MAX_ENTRY_BYTES,
  renderCanonical,
  type AuditEntry,
} from "../../audit/entry.ts";
import { parseEntry } from "../../audit/parse-entry.ts";
import { isModeltrailError } from "../../diagnostics/errors.ts";
import { mapBounded } from "../bounded.ts";
import type { Context } from "../context.ts";
import { entryAt } from "../read/trees.ts";
import { decodeExact } from "./exact-text.ts";
import { enrichmentLink } from "./links.ts";

/** Asks the forge what it knows of a commit of the main branch; undefined when that is nothing. */
export type Enrich = (source: string) => Promise<Enrichment | undefined>;

/** Entries further back are left as they are. */
const LOOK_BACK = 20;
const ASK_TOGETHER = 4;

/** Where enrichment goes: on top of the entries, before they are published. */
export interface EnrichTarget {
  /** Tip with the new entries. */
  readonly tip: string;
  readonly added: readonly AuditEntry[];
  /** Number of the last entry. */
  readonly last: number;
}

export interface Enriched {
  readonly tip: string;
  /** How many entries were enriched. */
  readonly count: number;
}

/**
 * Adds what the forge knows of the new entries, and of the newest before them that lack it, in one commit. What is
 * there already stands. A forge that does not answer is a warning: what happened is recorded without it.
 */
export async function enrichEntries(
  context: Context,
  target: EnrichTarget,
  enrich: Enrich,
): Promise<Enriched> {
  const wanted = await findWanted(context, target);
  const answers = new Map<string, Enrichment | undefined>();
  await mapBounded([...new Set(wanted.map(({ source }) => source))], ASK_TOGETHER, async (source) => {
    try {
      answers.set(source, await enrich(source));
    } catch (error) {
      if (!isModeltrailError(error)) throw error;
      context.notices.warn(
        `what the forge knows of commit ${source.slice(0, 12)} was not recorded: ${error.message}`,
      );
    }
  });
  const parts = wanted.flatMap(({ seq, source }) => {
    const known = answers.get(source);
    if (known === undefined) return [];
    const file: EnrichmentFile = { ...known, schema: ENRICHMENT_SCHEMA, seq, source };
    return [{ seq, source, content: new TextEncoder().encode(renderCanonical(file)) }];
  });
  const newest = parts.at(-1);
  if (newest === undefined) return { tip: target.tip, count: 0 };
  const { objects, writer } = context.repository;
  const link = enrichmentLink(parts, await objects.readCommit(newest.source));
  const [tip = target.tip] = await writer.chain(target.tip, [link]);
  return { tip, count: parts.length };
}

/** The new entries, and those of the newest before them that have no enrichment. */
async function findWanted(
  { repository }: Context,
  { tip, added, last }: EnrichTarget,
): Promise<readonly Pick<AuditEntry, "seq" | "source">[]> {
  const first = added[0]?.seq ?? last + 1;
  const { tree } = await repository.objects.readCommit(tip);
  const older: Pick<AuditEntry, "seq" | "source">[] = [];
  for (let seq = Math.max(1, first - LOOK_BACK); seq < first; seq += 1) {
    if ((await entryAt(repository, tree, enrichmentPath(seq))) !== undefined) continue;
    const entry = await entryAt(repository, tree, entryPath(seq));
    const [bytes = "too-large"] =
      entry === undefined ? [] : await repository.objects.readBlobs([entry.oid], MAX_ENTRY_BYTES);
    const text = bytes === "too-large" ? undefined : decodeExact(bytes);
    const reading = text === undefined ? undefined : parseEntry(text);
    if (reading?.ok === true) older.push({ seq, source: reading.entry.source });
  }
  return [...older, ...added];
}
