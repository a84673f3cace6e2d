import type { Finding } from "../../diagnostics/finding.ts";
import { makeFinding } from "../../diagnostics/make-finding.ts";
import {
  foldPath,
  identifyPath,
  isPlainMode,
  isRegistryPath,
  MODELS_FOLDER,
  type PathIdentity,
} from "../layout.ts";
import { modelNameProblem, nameProblem } from "../names.ts";
import { versionProblem } from "../versions.ts";

/** A path and Git's mode of it. */
export interface PathAndMode {
  readonly path: string;
  readonly mode: string;
}

/** Checks what can be told from paths and modes alone: names, strays, links, and paths that collide. */
export function checkPaths(files: readonly PathAndMode[]): readonly Finding[] {
  const findings: Finding[] = [];
  for (const { path, mode } of files) {
    if (!isRegistryPath(path)) continue;
    findings.push(...checkMode(path, mode), ...checkIdentity(path, identifyPath(path)));
  }
  return [...findings, ...checkCollisions(files), ...checkNamespaces(files)];
}

function checkMode(path: string, mode: string): readonly Finding[] {
  if (isPlainMode(mode) && path !== MODELS_FOLDER) return [];
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

/** Paths, or folders on the way to them, that a case-folding or normalising file system cannot hold side by side. */
function checkCollisions(files: readonly PathAndMode[]): readonly Finding[] {
  const spellings = new Map<string, string>();
  const findings: Finding[] = [];
  for (const { path } of files) {
    if (!isRegistryPath(path)) continue;
    const other = findOtherSpelling(path, spellings);
    if (other === undefined) continue;
    const message = `${path} and ${other} are one path on some systems`;
    findings.push(makeFinding("PATH_COLLISION", { file: path, message }));
  }
  return findings;
}

/** Notes how a path and its folders are spelled; returns another spelling that stood there before. */
function findOtherSpelling(path: string, spellings: Map<string, string>): string | undefined {
  for (let end = path.indexOf("/"); ; end = path.indexOf("/", end + 1)) {
    const part = end < 0 ? path : path.slice(0, end);
    const folded = foldPath(part);
    const known = spellings.get(folded);
    if (known === undefined) spellings.set(folded, part);
    else if (known !== part || end < 0) return known;
    if (end < 0) return undefined;
  }
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
