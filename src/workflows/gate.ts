import { ModeltrailError } from "../diagnostics/errors.ts";
import type { Finding } from "../diagnostics/finding.ts";
import { versionPath } from "../registry/layout.ts";
import type { Context } from "./context.ts";
import { checkArtifact } from "./judge/artifacts.ts";
import { openCommit, type ReadAt } from "./read/commit.ts";
import { findTarget, requireReference, requireValue } from "./resolve.ts";
import { readModel } from "./read/snapshot.ts";
import { readPolicy } from "./write/session.ts";

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
  const model = await readModel(
    context,
    commit,
    name,
    (identity) =>
      (identity.kind === "stage" && identity.stage === ref) ||
      (identity.kind === "version" && identity.version === target.version),
  );
  const files = new Set([model.stages.get(ref)?.path, versionPath(name, target.version)]);
  const reasons = model.findings
    .filter((finding) => isAbout(finding, files))
    .map((finding) => finding.message);
  const { artifact, version } = target;
  if (expected.version !== undefined && expected.version !== version)
    reasons.push(`${ref} holds ${version}, not ${expected.version}`);
  if (expected.digest !== undefined && expected.digest !== artifact.digest)
    reasons.push(`${ref} holds ${artifact.digest}, not ${expected.digest}`);
  if (reasons.length === 0) {
    const store = await context.openStore((await readPolicy(context, commit)).spec.storage);
    try {
      const { finding } = await checkArtifact(store, requireValue(model, model.versions.get(version)), {
        undecided: "throw",
      });
      if (finding !== undefined) reasons.push(finding.message);
    } finally {
      await store.close();
    }
  }
  const { uri, digest, format, formatVersion, sizeBytes } = artifact;
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

function isAbout(finding: Finding, files: ReadonlySet<string | undefined>): boolean {
  return finding.severity === "error" && files.has(finding.file);
}
