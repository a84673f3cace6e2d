import { isModeltrailError } from "../../diagnostics/errors.ts";
import type { FindingCode } from "../../diagnostics/catalogue.ts";
import type { Finding } from "../../diagnostics/finding.ts";
import { makeFinding } from "../../diagnostics/make-finding.ts";
import type { ModelVersion } from "../../manifest/types.generated.ts";
import type { ArtifactFact } from "../../policy/facts.ts";
import type { ArtifactStore, Verification } from "../../ports/artifact-store.ts";
import { artifactKey, versionPath } from "../../registry/layout.ts";
import { mapBounded } from "../bounded.ts";

type VersionFile = ModelVersion["spec"]["artifact"]["files"][number];

const AT_ONCE = 4;

/** The key of one file of a version; built from names, never taken from an address in a manifest. */
export function fileKey(version: ModelVersion, file: VersionFile): string {
  return `${artifactKey(version.spec.model, version.spec.version)}${file.path}`;
}

/** The address that a version's manifest has to hold in this store. */
export function expectedUri(store: ArtifactStore, version: ModelVersion): string {
  const folder = store.uriOf(artifactKey(version.spec.model, version.spec.version));
  const { uri, files } = version.spec.artifact;
  const [only] = files;
  return uri.endsWith("/") || only === undefined ? folder : `${folder}${only.path}`;
}

/** What a check may do besides: report bytes, and throw when the store cannot be asked. */
export interface CheckOptions {
  readonly onProgress?: (bytes: number) => void;
  /** `throw` is for commands that only answer for the store; `finding` for verdicts, which list everything. */
  readonly undecided: "throw" | "finding";
}

/** Proves every file of a version, or says what is wrong with the first that is not as it should be. */
export async function checkArtifact(
  store: ArtifactStore,
  version: ModelVersion,
  options: CheckOptions,
): Promise<ArtifactFact> {
  const { model, version: number, artifact } = version.spec;
  const fact = { model, version: number, files: artifact.files.length };
  const uri = expectedUri(store, version);
  if (uri !== artifact.uri) {
    return {
      ...fact,
      finding: finding(
        "ARTIFACT_ELSEWHERE",
        version,
        `${artifact.uri} is not where this registry keeps ${model} ${number}: ${uri}`,
      ),
    };
  }
  try {
    const findings = await mapBounded(artifact.files, AT_ONCE, (file) =>
      checkFile(store, version, file, options),
    );
    return { ...fact, finding: findings.find((found) => found !== undefined) };
  } catch (error) {
    if (options.undecided === "throw" || !isModeltrailError(error)) throw error;
    return {
      ...fact,
      finding: finding(
        "ARTIFACT_UNDECIDED",
        version,
        `${model} ${number} could not be checked: ${error.message}`,
      ),
    };
  }
}

async function checkFile(
  store: ArtifactStore,
  version: ModelVersion,
  file: VersionFile,
  options: CheckOptions,
): Promise<Finding | undefined> {
  const { onProgress } = options;
  const result = await store.verify(
    fileKey(version, file),
    file,
    onProgress === undefined ? {} : { onProgress },
  );
  if (result.ok) return undefined;
  const name = `${version.spec.model} ${version.spec.version}: ${file.path}`;
  return finding(
    result.problem === "missing" ? "ARTIFACT_MISSING" : "ARTIFACT_DIFFERS",
    version,
    `${name} ${describeProblem(result)}`,
  );
}

function describeProblem(result: Extract<Verification, { ok: false }>): string {
  if (result.problem === "missing") return "is not in storage";
  const found = result.found === undefined ? "" : ` (stored: ${result.found})`;
  return result.problem === "size"
    ? `has another size in storage${found}`
    : `has other bytes in storage${found}`;
}

function finding(code: FindingCode, version: ModelVersion, message: string): Finding {
  return makeFinding(code, {
    file: versionPath(version.spec.model, version.spec.version),
    pointer: "/spec/artifact",
    message,
  });
}
