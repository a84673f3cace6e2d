import { entryFile } from "../../audit/draft.ts";
import { entryPath, MAX_ENTRY_BYTES } from "../../audit/entry.ts";
import { parseEntry } from "../../audit/parse-entry.ts";
import { isModeltrailError, ModeltrailError } from "../../diagnostics/errors.ts";
import { MODELS_FOLDER, REGISTRY_FILE } from "../../registry/layout.ts";
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

/** A registry elsewhere may have taken the name since, and a name that no branch can have was never one. */
async function isOfThisRegistry(context: Context, name: string): Promise<boolean> {
  const { refs, remote } = context.repository;
  const origin = (await remote.describe())?.name;
  const names = [...(origin === undefined ? [] : [`refs/remotes/${origin}/${name}`]), `refs/heads/${name}`];
  for (const ref of names) {
    try {
      const oid = await refs.read(ref);
      const tip = oid === undefined ? undefined : await refs.resolve(oid);
      const file = tip === undefined ? undefined : await readFirstFile(context, tip);
      if (file !== undefined && isOwnFile(context, file)) return true;
    } catch (error) {
      if (!isModeltrailError(error)) throw error;
    }
  }
  return false;
}

/**
 * Before anything is put on an audit branch: two registries in folders of one name, or with one spec.audit.branch, would
 * share it, and spoil it for both. Rejects with USAGE where it is another's.
 */
export async function requireOwnBranch(
  context: Context,
  { branch, tip }: { readonly branch: string; readonly tip: string },
): Promise<void> {
  const file = await readFirstFile(context, tip);
  // What is damaged is told of by others.
  if (file === undefined || isOwnFile(context, file)) return;
  throw new ModeltrailError(
    "USAGE",
    `the branch ${branch} holds the audit history of another registry, that of ${JSON.stringify(file)}`,
    {
      hint: `Nothing was recorded. Name another branch in spec.audit.branch of ${context.prefix}${REGISTRY_FILE}.`,
    },
  );
}

/** What the first entry of a history is about: configuration that came with the registry. */
async function readFirstFile({ repository }: Context, tip: string): Promise<string | undefined> {
  const { tree } = await repository.objects.readCommit(tip);
  const found = await entryAt(repository, tree, entryPath(1));
  if (found === undefined) return undefined;
  const [bytes = "too-large"] = await repository.objects.readBlobs([found.oid], MAX_ENTRY_BYTES);
  const reading = parseEntry(bytes === "too-large" ? "" : (decodeExact(bytes) ?? ""));
  return reading.ok && reading.entry.kind === "config" ? reading.entry.file : undefined;
}

function isOwnFile({ prefix }: Context, file: string): boolean {
  const models = entryFile(`${prefix}${MODELS_FOLDER}/`);
  return file === entryFile(`${prefix}${REGISTRY_FILE}`) || file.startsWith(models);
}
