import type { Finding } from "../diagnostics/finding.ts";
import { ModeltrailError } from "../diagnostics/errors.ts";
import type { ModelVersion } from "../manifest/types.generated.ts";
import { parseModelReference } from "../registry/names.ts";
import type { Context } from "./context.ts";
import { checkArtifact } from "./judge/artifacts.ts";
import { openCommit, type ReadAt, type RegistryCommit } from "./read/commit.ts";
import { listModelNames } from "./read/scope.ts";
import { readCheckedModel } from "./read/snapshot.ts";
import { findTarget } from "./resolve.ts";
import { readPolicy } from "./write/session.ts";

/** One version that was checked. */
export interface VerifiedVersion {
  readonly model: string;
  readonly version: string;
  readonly files: number;
  readonly ok: boolean;
}

export interface Verification {
  readonly commit: string;
  readonly versions: readonly VerifiedVersion[];
  readonly findings: readonly Finding[];
}

/** Holds storage against manifests: every version, those of one model, or a single one. */
export async function verifyArtifacts(
  context: Context,
  text: string | undefined,
  at: ReadAt = {},
): Promise<Verification> {
  const commit = await openCommit(context, at);
  const { manifests, findings } = await collect(context, commit, text);
  const store = await context.openStore((await readPolicy(context, commit)).spec.storage);
  const problems: Finding[] = [...findings];
  const versions: VerifiedVersion[] = [];
  try {
    for (const [index, manifest] of manifests.entries()) {
      context.notices.progress("Verifying", index, manifests.length);
      const { model, version, files, finding } = await checkArtifact(store, manifest, { undecided: "throw" });
      versions.push({ model, version, files, ok: finding === undefined });
      if (finding !== undefined) problems.push(finding);
    }
    context.notices.progress("Verifying", manifests.length, manifests.length);
  } finally {
    await store.close();
  }
  return { commit: commit.oid, versions, findings: problems };
}

interface Collected {
  readonly manifests: readonly ModelVersion[];
  /** What is wrong in manifests that cannot be checked against storage. */
  readonly findings: readonly Finding[];
}

async function collect(
  context: Context,
  commit: RegistryCommit,
  text: string | undefined,
): Promise<Collected> {
  const reference = text === undefined ? undefined : parseModelReference(text);
  if (text !== undefined && reference === undefined)
    throw new ModeltrailError("USAGE", `${JSON.stringify(text)} is no model; write <model> or <model>@<ref>`);
  const names = reference === undefined ? await listModelNames(context, commit) : [reference.model];
  const only =
    reference?.ref === undefined
      ? undefined
      : (await findTarget(context, commit, reference.model, reference.ref)).target.version;
  const manifests: ModelVersion[] = [];
  const findings: Finding[] = [];
  for (const name of names) {
    const model = await readCheckedModel(
      context,
      commit,
      name,
      (identity) => identity.kind === "version" && (only === undefined || identity.version === only),
    );
    for (const [version, entry] of model.versions) {
      if (only !== undefined && version !== only) continue;
      if (entry.value !== undefined) manifests.push(entry.value);
      findings.push(
        ...model.findings.filter((finding) => finding.file === entry.path && finding.severity === "error"),
      );
    }
  }
  return { manifests, findings };
}
