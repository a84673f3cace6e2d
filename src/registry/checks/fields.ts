import { valueAt } from "../../manifest/pointer.ts";
import { flatName, stageObjectName } from "../names.ts";
import type { Problem } from "./problem.ts";

/** What fields of a manifest have to hold, by JSON pointer. */
export type ExpectedFields = Readonly<Record<string, string>>;

export function modelFields(model: string): ExpectedFields {
  return { "/metadata/name": flatName(model), "/spec/model": model };
}

/** Of a version's manifest, and of its yank. */
export function versionFields(model: string, version: string): ExpectedFields {
  return {
    "/metadata/name": `${flatName(model)}-${version}`,
    "/spec/model": model,
    "/spec/version": version,
  };
}

export function stageFields(model: string, stage: string): ExpectedFields {
  return {
    "/metadata/name": stageObjectName(model, stage),
    "/metadata/labels/modeltrail.dev~1model": flatName(model),
    "/metadata/labels/modeltrail.dev~1stage": stage,
    "/spec/model": model,
    "/spec/stage": stage,
  };
}

/** Checks the fields of a manifest that its path says already; nothing is wrong in one that was not read. */
export function checkFields(value: object | undefined, expected: ExpectedFields): readonly Problem[] {
  if (value === undefined) return [];
  const problems: Problem[] = [];
  for (const [pointer, wanted] of Object.entries(expected)) {
    const found = valueAt(value, pointer);
    if (found === wanted) continue;
    const words = found === undefined ? "is missing" : `is ${JSON.stringify(found)}`;
    const field = pointer.slice(1).replaceAll("/", ".").replaceAll("~1", "/");
    const message = `${field} ${words}, but the file's path says ${JSON.stringify(wanted)}`;
    problems.push({ code: "PATH_MISMATCH", pointer, message });
  }
  return problems;
}
