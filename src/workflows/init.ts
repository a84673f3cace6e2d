import type { ChangeSet } from "../change/change-set.ts";
import { planInit } from "../change/init.ts";
import type { RepositoryFile } from "../change/workflow-files.ts";
import { ModeltrailError } from "../diagnostics/errors.ts";
import type { Registry } from "../manifest/types.generated.ts";
import { REGISTRY_FILE } from "../registry/layout.ts";
import { nameProblem } from "../registry/names.ts";
import { storageProblem } from "../registry/storage-address.ts";
import type { Context } from "./context.ts";
import { completeRegistry } from "./init/complete.ts";
import { commitSetup } from "./init/commit.ts";
import { chooseName } from "./init/choose-name.ts";
import { requireForge } from "./init/forge-address.ts";
import { planGitHubFiles, type GitHubSetup } from "./init/github-files.ts";
import { planGitignore } from "./init/gitignore.ts";
import { planRules, type BranchRuleset } from "./init/rules.ts";
import { readRegistryCommit } from "./read/commit.ts";
import { parseManifest } from "./read/manifests.ts";

/** What the new registry is like. */
export interface InitOptions {
  readonly name: string;
  /** Taken instead where another registry of the repository has `name`; left out: that is refused. */
  readonly otherName?: string | undefined;
  /** The repository on GitHub where changes become pull requests; left out: plain branches. */
  readonly forge?: { readonly github: string; readonly apiUrl?: string };
  /** In order: each comes after the one before. */
  readonly stages: readonly string[];
  readonly storage: {
    readonly uri: string;
    readonly region?: string;
    readonly endpoint?: string;
    readonly forcePathStyle?: boolean;
  };
  /** Left out: no workflows, no code owners. Says nothing without `forge`. */
  readonly setup?: GitHubSetup;
}

export interface InitResult {
  /** `unchanged` when there was a registry before; `completed` when it lacked something that was asked for. */
  readonly status: "created" | "completed" | "unchanged";
  readonly name: string;
  readonly stages: readonly string[];
  readonly storage: string;
  readonly commit: string;
  /** What was written, by paths from the repository's root. */
  readonly files: readonly string[];
  /** Rules that the repository on GitHub is to have; GitHub takes them from its admins alone. */
  readonly rules?: readonly BranchRuleset[];
}

/** Where models are kept unless something else is said: beside the manifests, out of Git. */
export const EMBEDDED_STORAGE = "file:.modeltrail/artifacts/";

/** Writes and commits modeltrail.yaml on the branch that is checked out; where it is there, adds only what is missing. */
export async function initRegistry(context: Context, options: InitOptions): Promise<InitResult> {
  const { repository } = context;
  refuseBadNames(options);
  if (options.forge !== undefined) await requireForge(context, options.forge);
  await repository.worktree.recover();
  const head = await repository.refs.head();
  const existing = head.commit === undefined ? undefined : await readRegistryCommit(context, head.commit);
  if (existing !== undefined) return completeRegistry(context, existing, options);
  const { stages, storage } = options;
  const name = await chooseName(context, head.commit, options);
  const changeSet = planInit({
    name,
    storage,
    forge: options.forge,
    stages,
    ...(await planGitignore(
      context,
      head.commit,
      storage.uri === EMBEDDED_STORAGE ? "/.modeltrail/" : undefined,
    )),
  });
  const registry = await requireValid(changeSet);
  const files = await planSetup(context, { registry, head: head.commit, existing }, options);
  const commit = await commitSetup(context, { changeSet, files, reason: `modeltrail init: ${name}` });
  return {
    status: "created",
    name,
    stages,
    storage: storage.uri,
    commit,
    files: [
      ...changeSet.edits.map((edit) => `${context.prefix}${edit.path}`),
      ...files.map(({ path }) => path),
    ],
    ...(await planRules(context, registry, options)),
  };
}

/** What the repository on GitHub needs besides; nothing where it is not on GitHub. */
async function planSetup(
  context: Context,
  place: Parameters<typeof planGitHubFiles>[1],
  { forge, setup }: InitOptions,
): Promise<readonly RepositoryFile[]> {
  return forge === undefined || setup === undefined ? [] : planGitHubFiles(context, place, setup);
}

/** Rejects with USAGE for names and places that no registry can have. */
function refuseBadNames({ name, stages, storage }: InitOptions): void {
  const problem =
    nameProblem("registry", name) ??
    stages.map((stage) => nameProblem("stage", stage)).find((found) => found !== undefined);
  if (problem !== undefined)
    throw new ModeltrailError("USAGE", problem, { hint: "Use --name and --stages." });
  if (stages.length === 0)
    throw new ModeltrailError("USAGE", "a registry needs at least one stage", {
      hint: "Use --stages staging,production.",
    });
  const misplaced = storageProblem(storage.uri);
  if (misplaced !== undefined)
    throw new ModeltrailError("USAGE", misplaced, {
      hint: "Use s3://bucket/prefix/, file:<folder>/ below the registry, or file:/<folder>/ elsewhere.",
    });
  if (new Set(stages).size !== stages.length)
    throw new ModeltrailError("USAGE", "a stage is named twice in --stages");
}

/** What was said of storage is only checked by the schema; nothing is committed that could not be read again. */
async function requireValid(changeSet: ChangeSet): Promise<Registry> {
  const text = changeSet.edits.find((edit) => edit.path === REGISTRY_FILE)?.text ?? "";
  const reading = await parseManifest("Registry", new TextEncoder().encode(text), REGISTRY_FILE);
  if (reading.ok) return reading.value;
  const [first] = reading.findings;
  throw new ModeltrailError(
    "USAGE",
    `${first?.pointer ?? REGISTRY_FILE}: ${first?.message ?? "is not valid"}`,
    first?.hint === undefined ? {} : { hint: first.hint },
  );
}
