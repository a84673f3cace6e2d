import type { Finding } from "../../diagnostics/finding.ts";
import { makeFinding } from "../../diagnostics/make-finding.ts";
import { modelPath } from "../layout.ts";
import type { Entry, ModelView } from "../model-view.ts";
import { flatName, stageObjectName } from "../names.ts";
import type { Sha256 } from "../snapshot.ts";
import { versionNumber } from "../versions.ts";
import type { Problem } from "./problem.ts";
import { checkStage } from "./stage.ts";
import { checkVersion } from "./version.ts";

/** Checks the files of one model against their paths and against each other. */
export function checkModel(model: ModelView, sha256: Sha256): readonly Finding[] {
  return [
    ...brokenFiles(model),
    ...checkPresence(model),
    ...checkFields(model),
    ...checkNumbers(model),
    ...[...model.versions.values()].flatMap((entry) => locate(entry, checkVersion(entry, sha256))),
    ...[...model.stages].flatMap(([stage, entry]) => locate(entry, checkStage(model, stage, entry))),
    ...checkYanks(model),
  ];
}

function locate(entry: Entry<object>, problems: readonly Problem[]): readonly Finding[] {
  return problems.map(({ code, pointer, message }) =>
    makeFinding(code, { file: entry.path, pointer, ...entry.positionOf(pointer), message }),
  );
}

function brokenFiles(model: ModelView): readonly Finding[] {
  const manifest = model.manifest === undefined ? [] : [model.manifest];
  const entries = [
    ...manifest,
    ...model.versions.values(),
    ...model.yanks.values(),
    ...model.stages.values(),
  ];
  return entries.flatMap((entry) => entry.findings);
}

function checkPresence(model: ModelView): readonly Finding[] {
  if (model.manifest !== undefined) return [];
  const file = modelPath(model.name);
  return [
    makeFinding("MODEL_MISSING", { file, message: `${model.name} has versions or stages but no ${file}` }),
  ];
}

/** The fields of a manifest that its path says already. */
function checkFields(model: ModelView): readonly Finding[] {
  const flat = flatName(model.name);
  return [
    ...(model.manifest === undefined
      ? []
      : compareFields(model.manifest, { "/metadata/name": flat, "/spec/model": model.name })),
    ...[...model.versions].flatMap(([version, entry]) =>
      compareFields(entry, {
        "/metadata/name": `${flat}-${version}`,
        "/spec/model": model.name,
        "/spec/version": version,
      }),
    ),
    ...[...model.yanks].flatMap(([version, entry]) =>
      compareFields(entry, {
        "/metadata/name": `${flat}-${version}`,
        "/spec/model": model.name,
        "/spec/version": version,
      }),
    ),
    ...[...model.stages].flatMap(([stage, entry]) =>
      compareFields(entry, {
        "/metadata/name": stageObjectName(model.name, stage),
        "/metadata/labels/modeltrail.dev~1model": flat,
        "/metadata/labels/modeltrail.dev~1stage": stage,
        "/spec/model": model.name,
        "/spec/stage": stage,
      }),
    ),
  ];
}

function compareFields(entry: Entry<object>, expected: Readonly<Record<string, string>>): readonly Finding[] {
  if (entry.value === undefined) return [];
  const findings: Finding[] = [];
  for (const [pointer, wanted] of Object.entries(expected)) {
    const found = valueAt(entry.value, pointer);
    if (found === wanted) continue;
    const words = found === undefined ? "is missing" : `is ${JSON.stringify(found)}`;
    findings.push(
      makeFinding("PATH_MISMATCH", {
        file: entry.path,
        pointer,
        ...entry.positionOf(pointer),
        message: `${pointer.slice(1).replaceAll("/", ".").replaceAll("~1", "/")} ${words}, but the file's path says ${JSON.stringify(wanted)}`,
      }),
    );
  }
  return findings;
}

function valueAt(value: unknown, pointer: string): unknown {
  let current = value;
  for (const part of pointer.slice(1).split("/")) {
    if (typeof current !== "object" || current === null) return undefined;
    current = Object.entries(current).find(([key]) => key === part.replaceAll("~1", "/"))?.[1];
  }
  return current;
}

/** `v1.0.0` and `1.0.0` are one number. */
function checkNumbers(model: ModelView): readonly Finding[] {
  const seen = new Map<string, string>();
  const findings: Finding[] = [];
  for (const [version, entry] of model.versions) {
    const other = seen.get(versionNumber(version));
    if (other === undefined) seen.set(versionNumber(version), version);
    else
      findings.push(
        makeFinding("NUMBER_REUSED", {
          file: entry.path,
          message: `${version} and ${other} of ${model.name} are one number`,
        }),
      );
  }
  return findings;
}

function checkYanks(model: ModelView): readonly Finding[] {
  const findings: Finding[] = [];
  for (const [version, entry] of model.yanks) {
    const at = (pointer: string, message: string): void => {
      findings.push(
        makeFinding("YANK_INVALID", { file: entry.path, pointer, ...entry.positionOf(pointer), message }),
      );
    };
    if (!model.versions.has(version)) at("/spec/version", `${model.name} has no version ${version} to yank`);
    const replacement = entry.value?.spec.replacement;
    if (replacement === undefined) continue;
    if (replacement === version) at("/spec/replacement", `${version} cannot replace itself`);
    else if (!model.versions.has(replacement))
      at("/spec/replacement", `${model.name} has no version ${replacement}`);
  }
  return findings;
}
