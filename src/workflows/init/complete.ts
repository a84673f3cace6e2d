import { addForge } from "../../change/add-forge.ts";
import type { ChangeSet, TextEdit } from "../../change/change-set.ts";
import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { Registry } from "../../manifest/types.generated.ts";
import { REGISTRY_FILE } from "../../registry/layout.ts";
import { decodeExact } from "../audit/exact-text.ts";
import type { Context } from "../context.ts";
import type { InitOptions, InitResult } from "../init.ts";
import type { RegistryCommit } from "../read/commit.ts";
import { parseManifest } from "../read/manifests.ts";
import { readPolicy } from "../read/policy.ts";
import { entryAt } from "../read/trees.ts";
import { commitSetup } from "./commit.ts";
import { planGitHubFiles } from "./github-files.ts";
import { planRules } from "./rules.ts";

type Forge = NonNullable<InitOptions["forge"]>;

/** Adds what a registry lacks of what was asked for; anything that is there stays as it is. */
export async function completeRegistry(
  context: Context,
  existing: RegistryCommit,
  options: InitOptions,
): Promise<InitResult> {
  const present = await readPolicy(context, existing);
  const { forge, setup } = options;
  const unchanged: InitResult = {
    status: "unchanged",
    name: present.metadata.name,
    stages: present.spec.stages.map((stage) => stage.name),
    storage: present.spec.storage.uri,
    commit: existing.oid,
    files: [],
  };
  if (forge === undefined || setup === undefined) return unchanged;
  requireSameForge(present, forge);
  if (present.spec.registration === "direct")
    context.notices.warn(
      `${context.prefix}${REGISTRY_FILE} says registration: "direct", so register pushes to the default branch, which the rules below keep out: write registration: "pull-request" there`,
    );
  const edits = present.spec.forge === undefined ? [await addForgeTo(context, existing, forge)] : [];
  const registry = { ...present, spec: { ...present.spec, forge: present.spec.forge ?? forge } };
  const files = await planGitHubFiles(context, { registry, head: existing.oid, existing }, setup);
  const rules = await planRules(context, registry, { ...options, forge: registry.spec.forge });
  if (edits.length + files.length === 0) return { ...unchanged, ...rules };
  const names = [...edits.map(({ path }) => `${context.prefix}${path}`), ...files.map(({ path }) => path)];
  const changeSet = describe(registry, edits, names);
  const commit = await commitSetup(context, { changeSet, files, reason: `modeltrail init: ${forge.github}` });
  return { ...unchanged, status: "completed", commit, files: names, ...rules };
}

function requireSameForge({ spec }: Registry, { github, apiUrl }: Forge): void {
  if (spec.forge === undefined) return;
  const isSame =
    spec.forge.github.toLowerCase() === github.toLowerCase() &&
    (apiUrl === undefined || apiUrl === spec.forge.apiUrl);
  if (isSame) return;
  const where = spec.forge.apiUrl === undefined ? "" : ` at ${spec.forge.apiUrl}`;
  throw new ModeltrailError("USAGE", `modeltrail.yaml names ${spec.forge.github}${where} already`, {
    hint: "Name the same repository, or edit spec.forge in modeltrail.yaml first.",
  });
}

/** The text with `forge`, held to be the same manifest otherwise. */
async function addForgeTo(context: Context, existing: RegistryCommit, forge: Forge): Promise<TextEdit> {
  const { repository } = context;
  const entry = await entryAt(repository, existing.tree, REGISTRY_FILE);
  const [bytes] = entry === undefined ? [] : await repository.objects.readBlobs([entry.oid], MOST_BYTES);
  const text = bytes === undefined || bytes === "too-large" ? "" : (decodeExact(bytes) ?? "");
  const edited = addForge(text, forge);
  const encoded = new TextEncoder().encode(edited ?? "");
  const reading = edited === undefined ? undefined : await parseManifest("Registry", encoded, REGISTRY_FILE);
  if (edited !== undefined && reading?.ok === true && reading.value.spec.forge?.github === forge.github)
    return { path: REGISTRY_FILE, text: edited };
  throw new ModeltrailError("USAGE", `spec.forge cannot be added to this ${REGISTRY_FILE}`, {
    hint: `Add it yourself, commit, and run this again: forge: {github: ${JSON.stringify(forge.github)}}`,
  });
}

const MOST_BYTES = 64 * 1024;

function describe(registry: Registry, edits: readonly TextEdit[], names: readonly string[]): ChangeSet {
  const { name } = registry.metadata;
  return {
    kind: "init",
    branch: "",
    title: `Set up the model registry ${name} on GitHub`,
    body: `Written: ${names.join(", ")}`,
    trailers: [["Change-Kind", "init"]],
    edits,
  };
}
