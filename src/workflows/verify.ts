import type { Finding } from "../diagnostics/finding.ts";
import { makeFinding } from "../diagnostics/make-finding.ts";
import type { ModelVersion } from "../manifest/types.generated.ts";
import type { ArtifactStore } from "../ports/artifact-store.ts";
import { artifactKey, versionPath } from "../registry/layout.ts";
import { collectVersions } from "./collect-versions.ts";
import type { Context } from "./context.ts";
import { checkArtifact } from "./judge/artifacts.ts";
import { openCommit, type ReadAt } from "./read/commit.ts";
import { readPolicy } from "./read/policy.ts";

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
  const { manifests, findings } = await collectVersions(context, commit, text);
  const store = await context.openStore((await readPolicy(context, commit)).spec.storage);
  const problems: Finding[] = [...findings];
  const versions: VerifiedVersion[] = [];
  try {
    for (const [index, manifest] of manifests.entries()) {
      context.notices.progress("Verifying", index, manifests.length);
      const { model, version, files, finding } = await checkArtifact(store, manifest, { undecided: "throw" });
      const found = [...(finding === undefined ? [] : [finding]), ...(await findExtra(store, manifest))];
      versions.push({ model, version, files, ok: found.length === 0 });
      problems.push(...found);
    }
    context.notices.progress("Verifying", manifests.length, manifests.length);
  } finally {
    await store.close();
  }
  return { commit: commit.oid, versions, findings: problems };
}

/** Files below a version's folder that its manifest does not name: a deploy by prefix would take them along. */
async function findExtra(store: ArtifactStore, { spec }: ModelVersion): Promise<readonly Finding[]> {
  const folder = artifactKey(spec.model, spec.version);
  const named = new Set(spec.artifact.files.map((file) => `${folder}${file.path}`));
  const extra = (await store.list(folder)).filter((key) => !named.has(key));
  if (extra.length === 0) return [];
  const shown = extra.slice(0, SHOWN).map((key) => key.slice(folder.length));
  const more = extra.length > SHOWN ? ` and ${extra.length - SHOWN} more` : "";
  return [
    makeFinding("ARTIFACT_EXTRA", {
      file: versionPath(spec.model, spec.version),
      pointer: "/spec/artifact/files",
      message: `${store.uriOf(folder)} holds files that ${spec.model} ${spec.version} does not name: ${shown.join(", ")}${more}`,
    }),
  ];
}

const SHOWN = 5;
