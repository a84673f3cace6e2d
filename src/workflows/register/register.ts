import { newModelManifest, planRegistration } from "../../change/register.ts";
import { LOCAL_CONFIG } from "../../change/stage-file.ts";
import { isModeltrailError, ModeltrailError } from "../../diagnostics/errors.ts";
import type { ModelVersion } from "../../manifest/types.generated.ts";
import type { Verdict } from "../../policy/evaluate.ts";
import type { ModelFiles, ScannedModel } from "../../ports/model-files.ts";
import type { ModelView } from "../../registry/model-view.ts";
import { flatName, modelNameProblem } from "../../registry/names.ts";
import { latestVersion } from "../../registry/versions.ts";
import type { Context } from "../context.ts";
import { judgeChange } from "../judge/judge.ts";
import { readModel } from "../read/model.ts";
import { requireValue } from "../resolve.ts";
import { toTimestamp } from "../timestamps.ts";
import { commitChange, userName } from "../write/commit.ts";
import { landCommit } from "../write/land.ts";
import { propose, type ProposeOptions } from "../write/propose.ts";
import { openSession, type Session, type SessionOptions } from "../write/session.ts";
import { readLineage, type LineageOptions } from "./lineage.ts";
import { chooseNumber, type NumberOptions } from "./number.ts";
import { readFormat, uploadArtifact } from "./upload.ts";

/** What to register, beside the bytes. */
export interface RegisterOptions extends NumberOptions, LineageOptions, ProposeOptions, SessionOptions {
  readonly description?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly metrics?: ModelVersion["spec"]["metrics"];
  readonly inputs?: ModelVersion["spec"]["inputs"];
  readonly outputs?: ModelVersion["spec"]["outputs"];
  /** Left out: recognised from the files. */
  readonly format?: string;
  readonly formatVersion?: string;
}

/** What became of a registration. */
export interface RegisterResult {
  /** `registered` is on the default branch, `proposed` on a branch of its own; `unchanged` was there before. */
  readonly status: "registered" | "proposed" | "unchanged" | "denied";
  readonly model: string;
  readonly version: string;
  readonly uri: string;
  readonly digest: string;
  readonly sizeBytes: number;
  readonly format: string;
  readonly formatVersion: string;
  readonly files: number;
  readonly commit?: string;
  /** The proposal's branch. */
  readonly branch?: string;
  readonly verdict?: Verdict;
}

/** Stores a model's bytes, has them read back, and only then writes the manifest that names them. */
export async function registerVersion(
  context: Context,
  name: string,
  path: string,
  options: RegisterOptions = {},
): Promise<RegisterResult> {
  const problem = modelNameProblem(name);
  if (problem !== undefined) throw new ModeltrailError("USAGE", problem);
  const disk = await context.openModelFiles();
  const scanned = await disk.scan(path);
  const session = await openSession(context, options);
  const model = await findModel(context, session, name);
  const same = await findSame(context, session, { name, model, scanned, disk, options });
  if (same !== undefined) return { ...resultOf(same), status: "unchanged", commit: session.tip.oid };
  const version = await chooseNumber(session, name, model, options);
  const manifest = await storeVersion(context, session, { name, version, scanned, disk, options });
  return publish(context, session, { manifest, isNewModel: model?.manifest === undefined, options });
}

async function findModel(context: Context, session: Session, name: string): Promise<ModelView | undefined> {
  try {
    return await readModel(context, session.tip, name, () => false);
  } catch (error) {
    if (isModeltrailError(error) && error.code === "NOT_FOUND") return undefined;
    throw error;
  }
}

interface Candidate {
  readonly name: string;
  readonly model: ModelView | undefined;
  readonly scanned: ScannedModel;
  readonly disk: ModelFiles;
  readonly options: RegisterOptions;
}

/**
 * The version that holds exactly these bytes already: the one of the number asked for, or, when no number was
 * asked for, the newest. Bytes are hashed only when names and sizes agree.
 */
async function findSame(
  context: Context,
  session: Session,
  candidate: Candidate,
): Promise<ModelVersion | undefined> {
  const { name, model, scanned, disk, options } = candidate;
  const number =
    options.version ??
    (options.bump === undefined ? latestVersion([...(model?.versions.keys() ?? [])]) : undefined);
  if (number === undefined || model === undefined || !model.versions.has(number)) return undefined;
  const view = await readModel(
    context,
    session.tip,
    name,
    (identity) => identity.kind === "version" && identity.version === number,
  );
  const manifest = requireValue(view.versions.get(number));
  const wanted = new Map(manifest.spec.artifact.files.map((file) => [file.path, file.sizeBytes]));
  const alike =
    scanned.files.length === wanted.size &&
    scanned.files.every((file) => wanted.get(file.path) === file.sizeBytes);
  const equal = alike && (await disk.holds(scanned, manifest.spec.artifact.files));
  if (equal) return manifest;
  if (options.version === undefined) return undefined;
  throw new ModeltrailError("VERSION_TAKEN", `${name} ${number} exists already, with other bytes`, {
    hint: "A number stands for one set of bytes for ever; use --bump to take the next.",
  });
}

interface NewVersion {
  readonly name: string;
  readonly version: string;
  readonly scanned: ScannedModel;
  readonly disk: ModelFiles;
  readonly options: RegisterOptions;
}

async function storeVersion(context: Context, session: Session, request: NewVersion): Promise<ModelVersion> {
  const { name, version, scanned, disk, options } = request;
  const recognised = await readFormat(disk, scanned);
  const format = {
    format: options.format ?? recognised.format,
    formatVersion:
      options.formatVersion ??
      (options.format === undefined || options.format === recognised.format ? recognised.formatVersion : "1"),
  };
  const lineage = await readLineage(context, options);
  const createdBy = await userName(context);
  const store = await context.openStore(session.registry.spec.storage);
  try {
    const artifact = await uploadArtifact(context, store, { model: name, version, scanned, format });
    const { description, labels, metrics, inputs, outputs } = options;
    return {
      apiVersion: "modeltrail.dev/v1",
      kind: "ModelVersion",
      metadata: { name: `${flatName(name)}-${version}`, annotations: LOCAL_CONFIG },
      spec: {
        model: name,
        version,
        ...(description === undefined ? {} : { description }),
        ...(labels === undefined || Object.keys(labels).length === 0 ? {} : { labels }),
        artifact,
        ...(metrics === undefined || metrics.length === 0 ? {} : { metrics }),
        ...(inputs === undefined ? {} : { inputs }),
        ...(outputs === undefined ? {} : { outputs }),
        ...(lineage === undefined ? {} : { lineage }),
        createdAt: toTimestamp(Math.floor(context.now().getTime() / 1000)),
        createdBy,
      },
    };
  } finally {
    await store.close();
  }
}

interface Publication {
  readonly manifest: ModelVersion;
  readonly isNewModel: boolean;
  readonly options: RegisterOptions;
}

/** Commits the manifest to the default branch, or proposes it, as the policy's `registration` says. */
async function publish(
  context: Context,
  session: Session,
  { manifest, isNewModel, options }: Publication,
): Promise<RegisterResult> {
  const { model, version } = manifest.spec;
  const requestedBy = manifest.spec.createdBy;
  const newModel = isNewModel
    ? newModelManifest(model, { description: undefined, owner: requestedBy })
    : undefined;
  const changeSet = planRegistration({ version: manifest, newModel, requestedBy });
  const proved = new Set([`${model}@${version}`]);
  const result = resultOf(manifest);
  if (session.registry.spec.registration !== "direct") {
    const { status, branch, commit, verdict } = await propose(context, session, changeSet, {
      ...options,
      proved,
    });
    return {
      ...result,
      status: status === "denied" ? "denied" : "proposed",
      branch,
      verdict,
      ...(commit === undefined ? {} : { commit }),
    };
  }
  const commit = await commitChange(context, changeSet, session.tip.oid);
  const { verdict } = await judgeChange(context, {
    base: session.tip.oid,
    head: commit,
    builtOn: session.tip.oid,
    artifacts: "changed",
    proved,
  });
  if (verdict.verdict !== "pass") return { ...result, status: "denied", verdict };
  await landCommit(context, session, { commit, reason: `modeltrail register: ${model} ${version}` });
  return { ...result, status: "registered", commit, verdict };
}

function resultOf({ spec }: ModelVersion): Omit<RegisterResult, "status"> {
  const { uri, digest, sizeBytes, format, formatVersion, files } = spec.artifact;
  return {
    model: spec.model,
    version: spec.version,
    uri,
    digest,
    sizeBytes,
    format,
    formatVersion,
    files: files.length,
  };
}
