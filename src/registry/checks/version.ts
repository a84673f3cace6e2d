import type { ModelVersion } from "../../manifest/types.generated.ts";
import { renderListing } from "../listing.ts";
import type { Entry, Sha256 } from "../model-view.ts";
import type { Problem } from "./problem.ts";

/** Checks that a version's own figures agree: the digest with the files, the sizes with their sum, the order of paths. */
export function checkVersion(entry: Entry<ModelVersion>, sha256: Sha256): readonly Problem[] {
  if (entry.value === undefined) return [];
  const { artifact } = entry.value.spec;
  const problems: Problem[] = [];
  const at = (pointer: string, message: string): void => {
    problems.push({ code: "ARTIFACT_INCONSISTENT", pointer, message });
  };
  const size = artifact.files.reduce((sum, file) => sum + file.sizeBytes, 0);
  if (size !== artifact.sizeBytes)
    at(
      "/spec/artifact/sizeBytes",
      `spec.artifact.sizeBytes is ${artifact.sizeBytes}, but the files have ${size} bytes`,
    );
  const digest = `sha256:${sha256(renderListing(artifact.files))}`;
  if (digest !== artifact.digest)
    at("/spec/artifact/digest", `spec.artifact.digest is not that of the listed files, ${digest}`);
  const folded = new Set<string>();
  for (const [index, file] of artifact.files.entries()) {
    const pointer = `/spec/artifact/files/${index}/path`;
    const problem = filePathProblem(file.path);
    if (problem !== undefined) at(pointer, problem);
    const key = file.path.normalize("NFKC").toLowerCase();
    if (folded.has(key))
      at(pointer, `${JSON.stringify(file.path)} is listed twice, or differs from another path in case alone`);
    folded.add(key);
  }
  if (!artifact.uri.endsWith("/") && artifact.files.length !== 1)
    at("/spec/artifact/uri", "the address of several files is a folder's, which ends with /");
  return problems;
}

/** What is wrong with a path below an artifact's folder; undefined when it is fine. */
export function filePathProblem(path: string): string | undefined {
  const shown = JSON.stringify(path.slice(0, 120));
  if (path.split("/").some((part) => part === "" || part === "." || part === ".."))
    return `${shown} is no plain relative path`;
  if (path !== path.normalize("NFC")) return `${shown} is not in Unicode's form NFC`;
  if (/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff"\\]/.test(path))
    return `${shown} holds a control character, a quote or a backslash`;
  return undefined;
}
