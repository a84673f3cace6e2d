import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { ModelVersion } from "../../manifest/types.generated.ts";
import type { ModelFiles, ScannedModel } from "../../ports/model-files.ts";
import { versionPath } from "../../registry/layout.ts";
import { usableVersions, type ModelView } from "../../registry/model-view.ts";
import { latestVersion } from "../../registry/versions.ts";
import type { Context } from "../context.ts";
import { registryTree } from "../read/commit.ts";
import { readManifestAt } from "../read/manifest-at.ts";
import { readModel } from "../read/model.ts";
import { requireValue } from "../require-entry.ts";
import type { Session } from "../write/session.ts";
import type { NumberOptions, ProposedVersion } from "./number.ts";

/** Bytes that may be registered, or proposed, already. */
export interface Candidate {
  readonly name: string;
  readonly model: ModelView | undefined;
  readonly scanned: ScannedModel;
  readonly disk: ModelFiles;
  readonly options: NumberOptions;
}

/**
 * The version that holds exactly these bytes already: the one of the number asked for, or, when no number was
 * asked for, the newest that may be used. Bytes are hashed only when names and sizes agree.
 */
export async function findSame(
  context: Context,
  session: Session,
  candidate: Candidate,
): Promise<ModelVersion | undefined> {
  const { name, model, options } = candidate;
  if (model === undefined) return undefined;
  const number =
    options.version ?? (options.bump === undefined ? latestVersion(usableVersions(model)) : undefined);
  if (number === undefined || !model.versions.has(number)) return undefined;
  const view = await readModel(
    context,
    session.tip,
    name,
    (identity) => identity.kind === "version" && identity.version === number,
  );
  const manifest = requireValue(view.versions.get(number));
  if (await isSame(candidate, manifest)) return manifest;
  if (options.version === undefined) return undefined;
  throw new ModeltrailError("VERSION_TAKEN", `${name} ${number} exists already, with other bytes`, {
    hint: "A number stands for one set of bytes for ever; use --bump to take the next.",
  });
}

/** The open proposal that holds exactly these bytes: of the number asked for, or else the highest. */
export async function findProposed(
  context: Context,
  proposed: readonly ProposedVersion[],
  candidate: Candidate,
): Promise<ModelVersion | undefined> {
  const { name, model, options } = candidate;
  if (options.bump !== undefined) return undefined;
  for (const { version, head, branch } of proposed) {
    if (model?.versions.has(version) === true) continue;
    if (options.version !== undefined && options.version !== version) continue;
    const tree = await registryTree(context, head);
    if (tree === undefined) continue;
    const path = versionPath(name, version);
    const reading = await readManifestAt(context, { kind: "ModelVersion", tree, path });
    if (reading?.ok !== true) continue;
    if (await isSame(candidate, reading.value)) return reading.value;
    if (options.version !== undefined)
      throw new ModeltrailError("VERSION_TAKEN", `${branch} proposes ${name} ${version} with other bytes`, {
        hint: "Nothing that is stored is ever overwritten; use --bump to take the next number.",
      });
  }
  return undefined;
}

async function isSame({ scanned, disk }: Candidate, { spec }: ModelVersion): Promise<boolean> {
  const wanted = new Map(spec.artifact.files.map((file) => [file.path, file.sizeBytes]));
  const alike =
    scanned.files.length === wanted.size &&
    scanned.files.every((file) => wanted.get(file.path) === file.sizeBytes);
  return alike && disk.holds(scanned, spec.artifact.files);
}

/** Facts of a version never change, so what is said later about the same bytes is not kept. */
export function warnUnrecorded({ notices }: Context, { spec }: ModelVersion): void {
  notices.warn(
    `${spec.model} ${spec.version} keeps what was recorded when it was registered; the options given now were not recorded. Use --bump to register these bytes again with them`,
  );
}
