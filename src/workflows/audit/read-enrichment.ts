import { parseEnrichment, type EnrichmentFile } from "../../audit/enrichment.ts";
import { MAX_ENTRY_BYTES, parseAuditPath } from "../../audit/entry.ts";
import { parseEntry } from "../../audit/parse-entry.ts";
import type { Registry } from "../../manifest/types.generated.ts";
import { isPlainMode } from "../../registry/layout.ts";
import type { Context } from "../context.ts";
import { entryAt, isFolder, listFiles } from "../read/trees.ts";
import { decodeExact } from "./exact-text.ts";
import { auditBranch } from "./place.ts";

/** What a history shows is bounded by this, however much was recorded. */
const MOST = 1000;

/**
 * What the forge knew of the newest commits of the main branch, by commit, as the audit branch of this clone holds it.
 * Empty where there is no such branch, or nothing on it. What is beside no entry of that commit tells nothing.
 */
export async function readEnrichments(
  context: Context,
  registry: Registry,
): Promise<ReadonlyMap<string, EnrichmentFile>> {
  const { repository } = context;
  const known = new Map<string, EnrichmentFile>();
  const branch = auditBranch(registry, context.prefix);
  const remote = await repository.remote.describe();
  const found =
    (remote === undefined
      ? undefined
      : await repository.refs.read(`refs/remotes/${remote.name}/${branch}`)) ??
    (await repository.refs.read(`refs/heads/${branch}`));
  // Where a tag's object stands in a branch's place, that is verify's to say.
  const tip = found === undefined ? undefined : await repository.refs.resolve(found);
  if (tip === undefined) return known;
  const { tree } = await repository.objects.readCommit(tip);
  const files = (await listBelow(context, tree, "enrichment")).slice(-MOST);
  const entries = await readSources(context, tree, files);
  const texts = await readTexts(context, files);
  for (const [index, { seq }] of files.entries()) {
    const text = texts[index];
    const enrichment = text === undefined ? undefined : parseEnrichment(text, seq);
    if (enrichment === undefined || enrichment.source !== entries.get(seq)) continue;
    // Entries of one commit share what is known of it.
    if (!known.has(enrichment.source)) known.set(enrichment.source, enrichment);
  }
  return known;
}

interface NumberedFile {
  readonly seq: number;
  readonly oid: string;
}

/** The files of one of the two folders of an audit branch, by number; what has no business there is left out. */
async function listBelow(
  { repository }: Context,
  tree: string,
  folder: "entries" | "enrichment",
): Promise<readonly NumberedFile[]> {
  const top = await entryAt(repository, tree, folder);
  if (top === undefined || !isFolder(top)) return [];
  const files = await listFiles(repository, { path: folder, oid: top.oid });
  return files.flatMap(({ path, mode, oid }) => {
    const seq = isPlainMode(mode) ? parseAuditPath(path)?.seq : undefined;
    return seq === undefined ? [] : [{ seq, oid }];
  });
}

/** The commits of the main branch that the entries of these numbers are about. */
async function readSources(
  context: Context,
  tree: string,
  files: readonly NumberedFile[],
): Promise<ReadonlyMap<number, string>> {
  if (files.length === 0) return new Map();
  const wanted = new Set(files.map(({ seq }) => seq));
  const entries = (await listBelow(context, tree, "entries")).filter(({ seq }) => wanted.has(seq));
  const texts = await readTexts(context, entries);
  return new Map(
    entries.flatMap(({ seq }, index) => {
      const reading = parseEntry(texts[index] ?? "");
      return reading.ok && reading.entry.seq === seq ? [[seq, reading.entry.source]] : [];
    }),
  );
}

/** Undefined for what is too long, or no text. */
async function readTexts(
  { repository }: Context,
  files: readonly NumberedFile[],
): Promise<readonly (string | undefined)[]> {
  const blobs = await repository.objects.readBlobs(
    files.map(({ oid }) => oid),
    MAX_ENTRY_BYTES,
  );
  return blobs.map((bytes) => (bytes === "too-large" ? undefined : decodeExact(bytes)));
}
