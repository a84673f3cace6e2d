import { ModeltrailError } from "../diagnostics/errors.ts";
import type { Context } from "./context.ts";
import { expectedUri, fileKey } from "./judge/artifacts.ts";
import { mapBounded } from "./bounded.ts";
import { openCommit, type ReadAt } from "./read/commit.ts";
import { readModel } from "./read/snapshot.ts";
import { findTarget, requireReference, requireValue } from "./resolve.ts";
import { readPolicy } from "./write/session.ts";

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
  const { target } = await findTarget(context, commit, name, ref);
  const { version } = target;
  const model = await readModel(
    context,
    commit,
    name,
    (identity) => identity.kind === "version" && identity.version === version,
  );
  if (model.yanks.has(version) && options.allowYanked !== true) {
    throw new ModeltrailError("YANKED", `${name} ${version} was yanked`, {
      hint: "Pull its replacement, or use --allow-yanked.",
    });
  }
  const manifest = requireValue(model, model.versions.get(version));
  const { artifact } = manifest.spec;
  if (target.kind === "stage" && target.artifact.digest !== artifact.digest) {
    throw new ModeltrailError(
      "DIGEST_MISMATCH",
      `${ref} says ${target.artifact.digest}, but version ${version} is ${artifact.digest}`,
      { hint: "Run modeltrail validate." },
    );
  }
  const result = {
    model: name,
    version,
    digest: artifact.digest,
    sizeBytes: artifact.sizeBytes,
    files: artifact.files.length,
    folder,
    commit: commit.oid,
  };
  const disk = await context.openModelFiles();
  if (await disk.matches(folder, artifact.files)) return { ...result, status: "unchanged" };
  const staged = await disk.prepareFolder(folder, { force: options.force === true });
  const store = await context.openStore((await readPolicy(context, commit)).spec.storage);
  try {
    const uri = expectedUri(store, manifest);
    if (uri !== artifact.uri)
      throw new ModeltrailError(
        "DIGEST_MISMATCH",
        `${artifact.uri} is not where this registry keeps ${name} ${version}: ${uri}`,
      );
    let done = 0;
    await mapBounded(artifact.files, AT_ONCE, async (file) => {
      let reported = 0;
      const onProgress = (bytes: number): void => {
        done += bytes - reported;
        reported = bytes;
        context.notices.progress(`Pulling ${name} ${version}`, done, artifact.sizeBytes);
      };
      await store.get(fileKey(manifest, file), file, await staged.place(file.path), { onProgress });
    });
    await staged.commit();
  } finally {
    await staged.discard();
    await store.close();
  }
  return { ...result, status: "pulled" };
}
