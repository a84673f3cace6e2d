import { entryPath, MAX_ENTRY_BYTES } from "../../audit/entry.ts";
import { parseEntry } from "../../audit/parse-entry.ts";
import { ModeltrailError } from "../../diagnostics/errors.ts";
import { REGISTRY_FILE } from "../../registry/layout.ts";
import type { Context } from "../context.ts";
import { entryAt } from "../read/trees.ts";
import { decodeExact } from "./exact-text.ts";
import { readPolicies } from "./main-branch.ts";
import { auditBranch, type AuditPlace } from "./place.ts";

/**
 * Before a new audit branch begins: where the registry has one under a name that it had before, it would be left behind
 * unseen. Rejects with USAGE, unless modeltrail.yaml names the new one.
 */
export async function requireNotRenamed(context: Context, place: AuditPlace): Promise<void> {
  const former = await findFormer(context, place);
  if (former === undefined) return;
  const { branch, registry } = place;
  const message = `the audit history of this registry is on ${former}, and would begin anew on ${branch}`;
  const file = `${context.prefix}${REGISTRY_FILE}`;
  if (registry.spec.audit?.branch !== undefined) {
    context.notices.warn(`${message}, as ${file} says; keep the old one`);
    return;
  }
  throw new ModeltrailError("USAGE", message, {
    hint: `The name of the branch came from what ${file} said before. Set spec.audit.branch there: to ${former} to go on, to ${branch} to begin anew.`,
  });
}

async function findFormer(context: Context, { main, branch }: AuditPlace): Promise<string | undefined> {
  const seen = new Set([branch]);
  for await (const registry of readPolicies(context, main)) {
    const name = auditBranch(registry, context.prefix);
    if (seen.has(name)) continue;
    seen.add(name);
    if (await isOfThisRegistry(context, name)) return name;
  }
  return undefined;
}

/** The first entry of a history is that its modeltrail.yaml came; a registry elsewhere may have taken the name since. */
async function isOfThisRegistry({ repository, prefix }: Context, name: string): Promise<boolean> {
  const remote = (await repository.remote.describe())?.name;
  const refs = [...(remote === undefined ? [] : [`refs/remotes/${remote}/${name}`]), `refs/heads/${name}`];
  for (const ref of refs) {
    const tip = await repository.refs.read(ref);
    if (tip === undefined) continue;
    const { tree } = await repository.objects.readCommit(tip);
    const found = await entryAt(repository, tree, entryPath(1));
    if (found === undefined) continue;
    const [bytes = "too-large"] = await repository.objects.readBlobs([found.oid], MAX_ENTRY_BYTES);
    const reading = parseEntry(bytes === "too-large" ? "" : (decodeExact(bytes) ?? ""));
    if (reading.ok && reading.entry.file === `${prefix}${REGISTRY_FILE}`) return true;
  }
  return false;
}
