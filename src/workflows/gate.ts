import { ModeltrailError } from "../diagnostics/errors.ts";
import { stagePath, versionPath, yankFolder } from "../registry/layout.ts";
import { allFindings } from "../registry/model-view.ts";
import { versionNumber } from "../registry/versions.ts";
import type { Context } from "./context.ts";
import { checkArtifact } from "./judge/artifacts.ts";
import { openCommit, type ReadAt, type RegistryCommit } from "./read/commit.ts";
import { requireValue } from "./require-entry.ts";
import { findTarget, requireReference } from "./target.ts";
import type { Wanted } from "./read/manifests.ts";
import { readSnapshot } from "./read/snapshot.ts";
import { readPolicy } from "./read/policy.ts";

/** What a deploy insists on. */
export interface GateExpectation {
  readonly version?: string;
  readonly digest?: string;
}

/** The answer of `gate`: `pass` means that the stage's version is whole, not yanked, and its bytes are proved. */
export interface GateAnswer {
  readonly pass: boolean;
  readonly model: string;
  readonly stage: string;
  readonly version: string;
  readonly uri: string;
  readonly digest: string;
  readonly format: string;
  readonly formatVersion: string;
  readonly sizeBytes: number;
  readonly commit: string;
  /** Why not; empty when it passes. */
  readonly reasons: readonly string[];
}

/** Lets a deploy through, or says why not. Rejects, so that nothing is deployed, when it cannot be told. */
export async function gateStage(
  context: Context,
  reference: string,
  expected: GateExpectation = {},
  at: ReadAt = {},
): Promise<GateAnswer> {
  const { model: name, ref } = requireReference(reference, "stage");
  const commit = await openCommit(context, at);
  const { target } = await findTarget(context, commit, name, ref);
  if (target.kind !== "stage")
    throw new ModeltrailError("USAGE", `gate asks for a stage, but ${ref} is a version`, {
      hint: "Name the stage and use --expect-version.",
    });
  const { artifact, version } = target;
  const { uri, digest, format, formatVersion, sizeBytes } = artifact;
  const reasons = await findReasons(context, commit, { name, stage: ref, version });
  if (expected.version !== undefined && expected.version !== version)
    reasons.push(`${ref} holds ${version}, not ${expected.version}`);
  if (expected.digest !== undefined && expected.digest !== digest)
    reasons.push(`${ref} holds ${digest}, not ${expected.digest}`);
  return {
    pass: reasons.length === 0,
    model: name,
    stage: ref,
    version,
    uri,
    digest,
    format,
    formatVersion,
    sizeBytes: Number(sizeBytes),
    commit: commit.oid,
    reasons,
  };
}

interface Held {
  /** Of the model. */
  readonly name: string;
  readonly stage: string;
  readonly version: string;
}

/** What is wrong with the files of a stage and its version; when nothing is, what is wrong with the stored bytes. */
async function findReasons(context: Context, commit: RegistryCommit, held: Held): Promise<string[]> {
  const { name, stage, version } = held;
  const isNumber = (other: string): boolean => versionNumber(other) === versionNumber(version);
  const wanted: Wanted = (identity) =>
    identity.kind === "registry" ||
    (identity.kind === "stage" && identity.stage === stage) ||
    ((identity.kind === "version" || identity.kind === "yank") && isNumber(identity.version));
  const snapshot = await readSnapshot(context, commit, { models: [name], wanted });
  const wrong = allFindings(snapshot).filter(
    ({ severity, file }) => severity === "error" && mayDecide(file, held),
  );
  if (wrong.length > 0) return wrong.map((finding) => finding.message);
  const store = await context.openStore((await readPolicy(context, commit)).spec.storage);
  try {
    const manifest = requireValue(snapshot.models.get(name)?.versions.get(version));
    const { finding } = await checkArtifact(store, manifest, { undecided: "throw" });
    return finding === undefined ? [] : [finding.message];
  } finally {
    await store.close();
  }
}

/** A yank that cannot be told for one, or whose it is, may be of this very version; and so may a number written twice. */
function mayDecide(file: string | undefined, { name, stage, version }: Held): boolean {
  if (file === undefined) return false;
  if (file.startsWith(yankFolder(name))) return true;
  const number = versionNumber(version);
  return [stagePath(name, stage), versionPath(name, number), versionPath(name, `v${number}`)].includes(file);
}
