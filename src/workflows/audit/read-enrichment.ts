import { parseEnrichment, type EnrichmentFile } from "../../audit/enrichment.ts";
import { MAX_ENTRY_BYTES } from "../../audit/entry.ts";
import type { Registry } from "../../manifest/types.generated.ts";
import type { Context } from "../context.ts";
import { entryAt, isFolder, listFiles } from "../read/trees.ts";
import { auditBranch } from "./place.ts";

/** What a history shows is bounded by this, however much was recorded. */
const MOST = 1000;

/**
 * What the forge knew of the newest commits of the main branch, by commit, as the audit branch of this clone holds it.
 * Empty where there is no such branch, or nothing on it.
 */
export async function readEnrichments(
  context: Context,
  registry: Registry,
): Promise<ReadonlyMap<string, EnrichmentFile>> {
  const { repository } = context;
  const known = new Map<string, EnrichmentFile>();
  const branch = auditBranch(registry, context.prefix);
  const remote = await repository.remote.describe();
  const tip =
    (remote === undefined
      ? undefined
      : await repository.refs.read(`refs/remotes/${remote.name}/${branch}`)) ??
    (await repository.refs.read(`refs/heads/${branch}`));
  if (tip === undefined) return known;
  const { tree } = await repository.objects.readCommit(tip);
  const top = await entryAt(repository, tree, "enrichment");
  if (top === undefined || !isFolder(top)) return known;
  const files = (await listFiles(repository, { path: "", oid: top.oid })).slice(-MOST);
  const blobs = await repository.objects.readBlobs(
    files.map(({ oid }) => oid),
    MAX_ENTRY_BYTES,
  );
  for (const [index, { path }] of files.entries()) {
    const bytes = blobs[index];
    if (bytes === undefined || bytes === "too-large") continue;
    const seq = Number(/(\d{9})\.json$/.exec(path)?.[1]);
    const enrichment = parseEnrichment(new TextDecoder().decode(bytes), seq);
    if (enrichment !== undefined) known.set(enrichment.source, enrichment);
  }
  return known;
}
