import type { Finding } from "../../diagnostics/finding.ts";
import { makeFinding } from "../../diagnostics/make-finding.ts";
import { identifyPath, MODELS_FOLDER, REGISTRY_FILE, type PathIdentity } from "../layout.ts";
import { modelNameProblem, nameProblem } from "../names.ts";
import { versionProblem } from "../versions.ts";

/** A path and Git's mode of it. */
export interface PathAndMode {
  readonly path: string;
  readonly mode: string;
}

const PLAIN_MODES = new Set(["100644", "100755"]);

/** Checks what can be told from paths and modes alone: names, strays, links, and paths that collide. */
export function checkPaths(files: readonly PathAndMode[]): readonly Finding[] {
  const findings: Finding[] = [];
  for (const { path, mode } of files) {
    if (path !== REGISTRY_FILE && !path.startsWith(`${MODELS_FOLDER}/`)) continue;
    findings.push(...checkMode(path, mode), ...checkIdentity(path, identifyPath(path)));
  }
  return [...findings, ...checkCollisions(files), ...checkNamespaces(files)];
}

function checkMode(path: string, mode: string): readonly Finding[] {
  if (PLAIN_MODES.has(mode)) return [];
  const what = mode === "120000" ? "a symbolic link" : mode === "160000" ? "a submodule" : `of mode ${mode}`;
  return [
    makeFinding("NOT_A_PLAIN_FILE", {
      file: path,
      message: `${path} is ${what}; a registry holds plain files only`,
    }),
  ];
}

function checkIdentity(path: string, identity: PathIdentity): readonly Finding[] {
  // Control characters and bytes that are not UTF-8 must not reach a glob or a terminal of a consumer.
  if (/[\u0000-\u001f\u007f\\\ufffd]/.test(path)) {
    return [
      makeFinding("INVALID_PATH", {
        file: path,
        message: `${JSON.stringify(path)} holds a control character, a backslash, or bytes that are not UTF-8`,
      }),
    ];
  }
  if (identity.kind === "registry" || identity.kind === "other") return [];
  const problem =
    modelNameProblem(identity.model) ??
    (identity.kind === "stage" ? nameProblem("stage", identity.stage) : undefined) ??
    (identity.kind === "version" || identity.kind === "yank" ? versionProblem(identity.version) : undefined);
  if (problem !== undefined) return [makeFinding("INVALID_NAME", { file: path, message: problem })];
  if (identity.kind === "stray") {
    return [
      makeFinding("STRAY_FILE", {
        file: path,
        message: `${path} does not belong there: ${identity.folder}/ of a model holds nothing but its own manifests`,
      }),
    ];
  }
  return [];
}

/** Two paths that a case-folding or normalising file system cannot hold side by side. */
function checkCollisions(files: readonly PathAndMode[]): readonly Finding[] {
  const seen = new Map<string, string>();
  const findings: Finding[] = [];
  for (const { path } of files) {
    if (!path.startsWith(`${MODELS_FOLDER}/`)) continue;
    const folded = path.normalize("NFKC").toLowerCase();
    const other = seen.get(folded);
    if (other === undefined) seen.set(folded, path);
    else
      findings.push(
        makeFinding("PATH_COLLISION", {
          file: path,
          message: `${path} and ${other} are one file on some systems`,
        }),
      );
  }
  return findings;
}

/** A folder that holds both a model's files and models. */
function checkNamespaces(files: readonly PathAndMode[]): readonly Finding[] {
  const plain = new Set<string>();
  const namespaces = new Map<string, string>();
  for (const { path } of files) {
    const identity = identifyPath(path);
    if (!("model" in identity) || identity.model === undefined) continue;
    if (identity.kind === "other" || identity.kind === "card") continue;
    const [first = "", second] = identity.model.split("/");
    if (second === undefined) plain.add(first);
    else if (!namespaces.has(first)) namespaces.set(first, path);
  }
  return [...namespaces]
    .filter(([name]) => plain.has(name))
    .map(([name, path]) =>
      makeFinding("MODEL_AND_NAMESPACE", {
        file: path,
        message: `models/${name} is a model, so it cannot hold models as well`,
      }),
    );
}
