import { ModeltrailError } from "../diagnostics/errors.ts";
import type { ModelVersion, Registry } from "../manifest/types.generated.ts";
import type { ArtifactStore } from "../ports/artifact-store.ts";
import type { StagedFolder } from "../ports/model-files.ts";
import type { Context } from "./context.ts";
import { expectedUri, fileKey } from "./judge/artifacts.ts";
import { mapBounded } from "./bounded.ts";
import { openCommit, type ReadAt, type RegistryCommit } from "./read/commit.ts";
import type { Wanted } from "./read/manifests.ts";
import { readCheckedModel, requireWhole } from "./read/snapshot.ts";
import { entryAt } from "./read/trees.ts";
import { findTarget, requireReference } from "./target.ts";
import { readPolicy } from "./read/policy.ts";
import { requireWholeTarget } from "./whole-target.ts";

/** How to pull. */
export interface PullOptions extends ReadAt {
  /** Replace what the folder holds. */
  readonly force?: boolean;
  readonly allowYanked?: boolean;
}

/** What was pulled, and where it is now. */
export interface PullResult {
  readonly model: string;
  readonly version: string;
  readonly digest: string;
  readonly sizeBytes: number;
  readonly files: number;
  readonly folder: string;
  /** `unchanged` when the folder held exactly these bytes before. */
  readonly status: "pulled" | "unchanged";
  readonly commit: string;
}

const AT_ONCE = 4;

/** Downloads a version, proves every byte, and lets the folder appear only when it is whole. */
export async function pullModel(
  context: Context,
  reference: string,
  folder: string,
  options: PullOptions = {},
): Promise<PullResult> {
  const { model: name, ref } = requireReference(reference, "version or stage");
  const commit = await openCommit(context, options);
  const manifest = await readPullable(context, commit, { name, ref }, options.allowYanked === true);
  const { version, artifact } = manifest.spec;
  const result = {
    model: name,
    version,
    digest: artifact.digest,
    sizeBytes: artifact.sizeBytes,
    files: artifact.files.length,
    folder,
    commit: commit.oid,
  };
  const { storage } = (await readPolicy(context, commit)).spec;
  await refuseOverwriting(context, folder, storage);
  const disk = await context.openModelFiles();
  if (await disk.matches(folder, artifact.files)) return { ...result, status: "unchanged" };
  const staged = await disk.prepareFolder(folder, { force: options.force === true });
  const store = await context.openStore(storage);
  try {
    await download(context, store, manifest, staged);
    await staged.commit();
  } finally {
    await staged.discard();
    await store.close();
  }
  return { ...result, status: "pulled" };
}

/** Whatever `--force` says: a pull never replaces the repository, its storage, or files that are under version control. */
async function refuseOverwriting(
  context: Context,
  folder: string,
  storage: Registry["spec"]["storage"],
): Promise<void> {
  const { holds, inWorkTree } = await context.placeFolder(folder, storage);
  const head = inWorkTree === undefined ? undefined : await context.repository.refs.resolve("HEAD");
  const tracked =
    inWorkTree !== undefined &&
    head !== undefined &&
    (await entryAt(
      context.repository,
      (await context.repository.objects.readCommit(head)).tree,
      inWorkTree,
    )) !== undefined;
  const what = holds ?? (tracked ? "files that are under version control" : undefined);
  if (what === undefined) return;
  throw new ModeltrailError("USAGE", `${folder} would overwrite ${what}`, {
    hint: "Pull into a folder of its own.",
  });
}

/** The manifest of the version to pull, unless it was yanked, is broken, or the stage's file contradicts it. */
async function readPullable(
  context: Context,
  commit: RegistryCommit,
  { name, ref }: { readonly name: string; readonly ref: string },
  allowYanked: boolean,
): Promise<ModelVersion> {
  const found = await findTarget(context, commit, name, ref);
  const { version } = found.target;
  const isVersion: Wanted = (identity) => identity.kind === "version" && identity.version === version;
  const model = await readCheckedModel(context, commit, name, isVersion);
  if (model.yanks.has(version) && !allowYanked) {
    throw new ModeltrailError("YANKED", `${name} ${version} was yanked`, {
      hint: "Pull its replacement, or use --allow-yanked.",
    });
  }
  await requireWholeTarget(context, found.model, found.target);
  return requireWhole(model, version);
}

async function download(
  context: Context,
  store: ArtifactStore,
  manifest: ModelVersion,
  staged: StagedFolder,
): Promise<void> {
  const { model, version, artifact } = manifest.spec;
  const uri = expectedUri(store, manifest);
  if (uri !== artifact.uri) {
    const message = `${artifact.uri} is not where this registry keeps ${model} ${version}: ${uri}`;
    throw new ModeltrailError("DIGEST_MISMATCH", message, { hint: "Register the version again." });
  }
  let done = 0;
  await mapBounded(artifact.files, AT_ONCE, async (file) => {
    let reported = 0;
    const onProgress = (bytes: number): void => {
      done += bytes - reported;
      reported = bytes;
      context.notices.progress(`Pulling ${model} ${version}`, done, artifact.sizeBytes);
    };
    await store.get(fileKey(manifest, file), file, await staged.place(file.path), { onProgress });
  });
}
