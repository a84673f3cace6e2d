import { foldPath, MODELS_FOLDER } from "./layout.ts";

/**
 * What is wrong with the address of a registry's storage; undefined when it is fine. Its outer form is the schema's
 * business. Where a folder really lies, links and all, is only known when it is opened.
 */
export function storageProblem(uri: string): string | undefined {
  const shown = JSON.stringify(uri.slice(0, 120));
  const parts = partsOf(uri);
  if (parts === undefined || !uri.endsWith("/")) return `${shown} is no folder for artifacts`;
  const odd = parts.find((part) => part === "" || part === "." || part === "..");
  if (odd !== undefined)
    return `${shown} has the part ${JSON.stringify(odd)}; storage is named by a plain path without "", "." and ".."`;
  if (!uri.startsWith("file:")) return undefined;
  if (parts.length === 0) return `${shown} is no folder for artifacts`;
  if (parts.some(isGitFolder)) return `${shown} lies in a Git repository's own folder`;
  const [first = ""] = parts;
  if (!uri.startsWith("file:/") && plain(first) === MODELS_FOLDER)
    return `${shown} lies in ${MODELS_FOLDER}/, which holds manifests`;
  return undefined;
}

/** The folders that an address names one after the other, behind the bucket or the root. */
function partsOf(uri: string): readonly string[] | undefined {
  const path = /^(?:s3:\/\/[^/]+\/|file:\/?)(.*)$/s.exec(uri)?.[1];
  if (path === undefined) return undefined;
  return path === "" ? [] : path.replace(/\/$/, "").split("/");
}

/** Every spelling that some file system takes for `.git`: other cases, ignored characters, Windows' short names. */
export function isGitFolder(name: string): boolean {
  return /^(\.git|git~[0-9]+)$/.test(plain(name));
}

/** A name as the most forgiving file system sees it: no case, no invisible characters, no stream, no dots at the end. */
function plain(name: string): string {
  return foldPath(name.replaceAll(/[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, ""))
    .replace(/:.*$/s, "")
    .replace(/[. ]+$/, "");
}
