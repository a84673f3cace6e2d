import { identifyPath, isRegistryPath, REGISTRY_FILE } from "../../registry/layout.ts";
import { touchedModels, touchesRegistry, type FileChange } from "../../registry/compare.ts";
import type { Snapshot } from "../../registry/model-view.ts";
import { buildSnapshot } from "../../registry/snapshot.ts";
import { type LoadedFile, unreadFile } from "../../registry/view.ts";
import type { Context } from "../context.ts";
import { sha256Hex } from "../digest.ts";
import { readRegistryCommit, type RegistryCommit } from "../read/commit.ts";
import { loadFiles, type Wanted } from "../read/manifests.ts";
import { listHeldStages, listModelManifests, listScope } from "../read/scope.ts";
import { compareTrees, type TreeChange, type TreeFile } from "../read/trees.ts";

/** Two views of a registry: before a change, and as it would be once the change is merged. */
export interface Overlay {
  readonly base: Snapshot;
  readonly head: Snapshot;
  readonly changes: readonly FileChange[];
  /** What else the change touches, and which registries it removes while it brings this one; see `Facts`. */
  readonly outside: readonly string[];
  readonly registriesRemoved: readonly string[];
}

/** Whose changes are judged: those of `head` since `builtOn`, on top of `base`. */
export interface ChangeRange {
  readonly base: string;
  readonly builtOn: string;
  readonly head: string;
}

/** The same where there may be nothing before: a root commit changes the empty tree. */
export interface StepRange {
  readonly base: string | undefined;
  readonly builtOn: string | undefined;
  readonly head: string;
}

/** What a change touches, before any of it is read. */
export interface TouchedFiles {
  /** The registry's files. */
  readonly inside: readonly TreeChange[];
  readonly changes: readonly FileChange[];
  readonly outside: readonly TreeChange[];
  /** Undefined when the base has no registry. */
  readonly baseCommit: RegistryCommit | undefined;
}

/** Compares the commits of a range by object ids. */
export async function readTouched(context: Context, range: StepRange): Promise<TouchedFiles> {
  const { inside, outside } = await compareCommits(context, range);
  const changes = inside.map(({ path, before, after }) => ({
    path,
    before: before?.oid ?? null,
    after: after?.oid ?? null,
  }));
  const { base } = range;
  const baseCommit = base === undefined ? undefined : await readRegistryCommit(context, base);
  return { inside, changes, outside, baseCommit };
}

/**
 * Reads the models that a change touches, twice: at the base, and with the change's files laid over it. What is
 * judged is thus what the merge will be, also when the base has moved on. Costs what the change touches.
 */
export async function readOverlay(context: Context, touched: TouchedFiles): Promise<Overlay> {
  const { inside, changes, outside, baseCommit } = touched;
  const models = [...touchedModels(changes)];
  const baseFiles =
    baseCommit === undefined
      ? []
      : await listScope(context, baseCommit, { models, wanted: () => false, everything: true });
  const headFiles = lay(baseFiles, inside);
  const others = await otherModels(context, baseCommit, changes, models);
  const reader = new Reader(context, new Set(changes.map((change) => change.path)));
  const readBoth = async (around: OtherModels): Promise<Pick<Overlay, "base" | "head">> => ({
    base: await reader.snapshot(baseFiles, around),
    head: await reader.snapshot(headFiles, around),
  });
  const named = await readBoth({ files: others, read: false });
  const { base, head } =
    baseCommit !== undefined && dropsStage(named)
      ? await readBoth({
          files: [...others, ...beside(await listHeldStages(context, baseCommit), models)],
          read: true,
        })
      : named;
  const registriesRemoved = baseCommit === undefined ? outside.filter(isRemovedRegistry) : [];
  return {
    base,
    head,
    changes,
    outside: outside.map((change) => change.path),
    registriesRemoved: registriesRemoved.map((change) => change.path),
  };
}

function isRemovedRegistry({ path, after }: TreeChange): boolean {
  return after === null && (path === REGISTRY_FILE || path.endsWith(`/${REGISTRY_FILE}`));
}

/** What differs between two commits: the registry's files by paths from its folder, the others from the root. */
async function compareCommits(
  context: Context,
  { builtOn, head }: StepRange,
): Promise<{ readonly inside: readonly TreeChange[]; readonly outside: readonly TreeChange[] }> {
  const { objects } = context.repository;
  const before = builtOn === undefined ? undefined : await objects.readCommit(builtOn);
  const after = await objects.readCommit(head);
  const inside: TreeChange[] = [];
  const outside: TreeChange[] = [];
  for (const change of await compareTrees(context.repository, before?.tree, after.tree)) {
    const path = change.path.startsWith(context.prefix)
      ? change.path.slice(context.prefix.length)
      : undefined;
    if (path === undefined || !isRegistryPath(path)) outside.push(change);
    else inside.push({ path, before: relocate(change.before, path), after: relocate(change.after, path) });
  }
  return { inside, outside };
}

function relocate(file: TreeFile | null, path: string): TreeFile | null {
  return file === null ? null : { ...file, path };
}

/** What a change brings comes last: of two files that cannot stand side by side, the newer one is then at fault. */
function lay(base: readonly TreeFile[], changes: readonly TreeChange[]): readonly TreeFile[] {
  const files = new Map(base.map((file) => [file.path, file]));
  for (const { path, after } of changes) {
    if (after === null) files.delete(path);
    else files.set(path, after);
  }
  return [...files.values()];
}

/** The models beside those that a change touches, by their model.yaml. */
interface OtherModels {
  readonly files: readonly TreeFile[];
  readonly read: boolean;
}

/**
 * Rules that other models have for a stage would hold nowhere once it is gone, and what they hold there would be stuck:
 * then alone they are read, with the names of their stages.
 */
function dropsStage({ base, head }: Pick<Overlay, "base" | "head">): boolean {
  const [before, after] = [base, head].map(({ registry }) => registry?.value?.spec.stages);
  if (before === undefined || after === undefined) return false;
  const kept = new Set(after.map((stage) => stage.name));
  return before.some((stage) => !kept.has(stage.name));
}

/** The other models, when a change brings a model or a stage whose name could be taken. */
async function otherModels(
  context: Context,
  commit: RegistryCommit | undefined,
  changes: readonly FileChange[],
  touched: readonly string[],
): Promise<readonly TreeFile[]> {
  const brings =
    touchesRegistry(changes) ||
    changes.some(({ path, before }) => path.endsWith("/model.yaml") && before === null);
  if (!brings || commit === undefined) return [];
  return beside(await listModelManifests(context, commit), touched);
}

/** Those files that are not of the models which a change touches. */
function beside(files: readonly TreeFile[], touched: readonly string[]): readonly TreeFile[] {
  return files.filter(({ path }) => {
    const identity = identifyPath(path);
    return "model" in identity && identity.model !== undefined && !touched.includes(identity.model);
  });
}

/**
 * Reads what changed and its siblings: policy, stages, yanks, and the versions that stages hold; no other version.
 * What base and head share is read and parsed once.
 */
class Reader {
  readonly #context: Context;
  readonly #changed: ReadonlySet<string>;
  readonly #loaded = new Map<string, LoadedFile>();

  constructor(context: Context, changed: ReadonlySet<string>) {
    this.#context = context;
    this.#changed = changed;
  }

  async snapshot(files: readonly TreeFile[], others: OtherModels): Promise<Snapshot> {
    const siblings: Wanted = (identity, path) => identity.kind !== "version" || this.#changed.has(path);
    const first = await this.#load(files, siblings);
    const held = heldVersions(buildSnapshot(first, sha256Hex));
    const wanted: Wanted = (identity, path) =>
      siblings(identity, path) ||
      (identity.kind === "version" && held.has(`${identity.model}@${identity.version}`));
    const around = await this.#load(others.files, ({ kind }) => others.read && kind === "model");
    return buildSnapshot([...around, ...(await this.#load(files, wanted))], sha256Hex);
  }

  async #load(files: readonly TreeFile[], wanted: Wanted): Promise<readonly LoadedFile[]> {
    const keyOf = (file: TreeFile): string => `${file.mode} ${file.oid} ${file.path}`;
    const missing = files.filter((file) => !this.#loaded.has(keyOf(file)));
    for (const file of await loadFiles(this.#context, missing, wanted)) {
      if (file.reading !== undefined) this.#loaded.set(`${file.mode} ${file.id} ${file.path}`, file);
    }
    return files.map((file) => this.#loaded.get(keyOf(file)) ?? unreadFile(file.path, file.mode, file.oid));
  }
}

function heldVersions(snapshot: Snapshot): ReadonlySet<string> {
  return new Set(
    [...snapshot.models.values()].flatMap((model) =>
      [...model.stages.values(), ...model.yanks.values()].map(
        (entry) => `${model.name}@${entry.value?.spec.version ?? ""}`,
      ),
    ),
  );
}
