import { newModelManifest, planRegistration } from "../../change/register.ts";
import { isModeltrailError, ModeltrailError } from "../../diagnostics/errors.ts";
import type { ModelVersion } from "../../manifest/types.generated.ts";
import type { Verdict } from "../../policy/evaluate.ts";
import type { ArtifactStore } from "../../ports/artifact-store.ts";
import type { PullRequest } from "../../ports/forge.ts";
import type { ScannedModel } from "../../ports/model-files.ts";
import type { ModelView } from "../../registry/model-view.ts";
import { modelNameProblem } from "../../registry/names.ts";
import type { Context } from "../context.ts";
import { judgeChange } from "../judge/judge.ts";
import { readModel } from "../read/model.ts";
import { toTimestamp } from "../timestamps.ts";
import { commitChange, userName } from "../write/commit.ts";
import { landCommit } from "../write/land.ts";
import { propose, type ProposeOptions } from "../write/propose.ts";
import { openSession, type Session, type SessionOptions } from "../write/session.ts";
import { describeVersion, saysAnything, type ToldFacts } from "./describe.ts";
import { requireDistinct } from "./distinct.ts";
import { readLineage, type LineageOptions } from "./lineage.ts";
import {
  findNumber,
  listProposed,
  refuseNumber,
  type NumberOptions,
  type ProposedVersion,
} from "./number.ts";
import { resolveParents } from "./parents.ts";
import { findObstacle, requireAlone, requireRoom } from "./room.ts";
import { findProposed, findSame, warnUnrecorded, type Candidate } from "./same.ts";
import { refuseUntellable } from "./preview.ts";
import { readFormat, uploadArtifact } from "./upload.ts";
import { requireFreeBranch } from "./way.ts";

/** What to register, beside the bytes. */
export interface RegisterOptions
  extends ToldFacts, NumberOptions, LineageOptions, ProposeOptions, SessionOptions {
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
  /** The pull request, where proposals are such. */
  readonly request?: PullRequest;
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
  requireDistinct(options);
  const disk = await context.openModelFiles();
  const scanned = await disk.scan(path);
  const session = await openSession(context, options);
  const model = await findModel(context, session, name);
  if (model !== undefined && model.manifest === undefined)
    context.notices.warn(
      `${name} has no model.yaml on ${session.base}: this writes a new one, without rules of its own`,
    );
  if (options.version !== undefined) refuseNumber(name, model, options.version);
  const candidate = { name, model, scanned, disk, options };
  const same = await findSame(context, session, candidate);
  if (same !== undefined) {
    await restoreBytes(context, session, same, scanned);
    if (saysAnything(options)) warnUnrecorded(context, same);
    return { ...resultOf(same), status: "unchanged", commit: session.tip.oid };
  }
  const proposed = await listProposed(session, name);
  const open =
    session.registry.spec.registration === "direct"
      ? undefined
      : await findProposed(context, proposed, candidate);
  await requireFreeBranch(context, session);
  const manifest = await storeVersion(context, session, { ...candidate, options, proposed, open });
  return publish(context, session, { manifest, isNewModel: model?.manifest === undefined, options });
}

/** Uploads what storage has lost of a version that is registered; CONFLICT when it holds other bytes. */
async function restoreBytes(
  context: Context,
  session: Session,
  { spec }: ModelVersion,
  scanned: ScannedModel,
): Promise<void> {
  const store = await context.openStore(session.registry.spec.storage);
  try {
    const { model, version, artifact } = spec;
    await uploadArtifact(context, store, { model, version, scanned, format: artifact });
  } finally {
    await store.close();
  }
}

async function findModel(context: Context, session: Session, name: string): Promise<ModelView | undefined> {
  try {
    return await readModel(context, session.tip, name, () => false);
  } catch (error) {
    if (isModeltrailError(error) && error.code === "NOT_FOUND") return undefined;
    throw error;
  }
}

interface NewVersion extends Candidate {
  readonly options: RegisterOptions;
  readonly proposed: readonly ProposedVersion[];
  /** What an open proposal says of the same bytes; made again, it has to be the same to the byte. */
  readonly open: ModelVersion | undefined;
}

/** Finds a number, stores the bytes under it, and says in a manifest what is known of them. */
async function storeVersion(context: Context, session: Session, request: NewVersion): Promise<ModelVersion> {
  const { name, scanned, disk, options, open } = request;
  const recognised = await readFormat(disk, scanned);
  const format = {
    format: options.format ?? recognised.format,
    formatVersion:
      options.formatVersion ??
      (options.format === undefined || options.format === recognised.format ? recognised.formatVersion : "1"),
  };
  const parents = await resolveParents(context, session.tip, options.parents ?? []);
  // A stage and a number may turn out to be one version.
  requireDistinct({ parents });
  const lineage = await readLineage(context, { ...options, parents });
  const createdBy = open?.spec.createdBy ?? (await userName(context));
  const createdAt = open?.spec.createdAt ?? toTimestamp(Math.floor(context.now().getTime() / 1000));
  const known = { model: name, lineage, createdAt, createdBy };
  await refuseUntellable({ ...known, scanned, format }, options);
  const store = await context.openStore(session.registry.spec.storage);
  try {
    const version = await findRoom(context, session, store, request);
    const room = { model: name, version, scanned };
    const artifact = await uploadArtifact(context, store, { ...room, format });
    await requireAlone(store, room);
    return describeVersion({ ...known, version, artifact }, options);
  } finally {
    await store.close();
  }
}

/** The number that the version gets: one given or proposed is kept or refused, others are looked for. */
async function findRoom(
  context: Context,
  session: Session,
  store: ArtifactStore,
  request: NewVersion,
): Promise<string> {
  const { name, model, scanned, options, proposed, open } = request;
  const given = open?.spec.version ?? options.version;
  if (given !== undefined) {
    await requireRoom(store, { model: name, version: given, scanned });
    return given;
  }
  const isProposed = session.registry.spec.registration !== "direct";
  const hasRoom = async (version: string): Promise<boolean> => {
    const branch = `${session.branchPrefix}register/${name}/${version}`;
    if (isProposed && (await session.forge.find(branch)).state === "rejected") return false;
    const obstacle = await findObstacle(store, { model: name, version, scanned });
    if (obstacle !== undefined)
      context.notices.hint(
        `${name} ${version} is skipped: storage holds other files under it, such as ${store.uriOf(obstacle)}`,
      );
    return obstacle === undefined;
  };
  return findNumber({ model, proposed, bump: options.bump, hasRoom });
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
    const { status, branch, commit, request, verdict } = await propose(context, session, changeSet, {
      ...options,
      proved,
    });
    return {
      ...result,
      status: status === "denied" || status === "unchanged" ? status : "proposed",
      branch,
      verdict,
      ...(commit === undefined ? {} : { commit }),
      ...(request === undefined ? {} : { request }),
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
