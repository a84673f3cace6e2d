import { ModeltrailError } from "../diagnostics/errors.ts";
import type { Finding } from "../diagnostics/finding.ts";
import { versionPath } from "../registry/layout.ts";
import type { Context } from "./context.ts";
import { checkArtifact } from "./judge/artifacts.ts";
import { openCommit, type ReadAt, type RegistryCommit } from "./read/commit.ts";
import { requireValue } from "./require-entry.ts";
import { findTarget, requireReference } from "./target.ts";
import { readCheckedModel } from "./read/snapshot.ts";
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

/** What is wrong with the files of a stage and its version; when nothing is, what is wrong with the stored bytes. */
async function findReasons(
  context: Context,
  commit: RegistryCommit,
  { name, stage, version }: { readonly name: string; readonly stage: string; readonly version: string },
): Promise<string[]> {
  const model = await readCheckedModel(
    context,
    commit,
    name,
    (identity) =>
      (identity.kind === "stage" && identity.stage === stage) ||
      (identity.kind === "version" && identity.version === version),
  );
  const files = new Set([model.stages.get(stage)?.path, versionPath(name, version)]);
  const wrong = model.findings.filter((finding) => isAbout(finding, files));
  if (wrong.length > 0) return wrong.map((finding) => finding.message);
  const store = await context.openStore((await readPolicy(context, commit)).spec.storage);
  try {
    const manifest = requireValue(model.versions.get(version));
    const { finding } = await checkArtifact(store, manifest, { undecided: "throw" });
    return finding === undefined ? [] : [finding.message];
  } finally {
    await store.close();
  }
}

function isAbout(finding: Finding, files: ReadonlySet<string | undefined>): boolean {
  return finding.severity === "error" && files.has(finding.file);
}
