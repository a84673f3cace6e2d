import type { Finding } from "../../diagnostics/finding.ts";
import { makeFinding } from "../../diagnostics/make-finding.ts";
import { modelPath } from "../layout.ts";
import type { Entry, ModelView, Sha256 } from "../model-view.ts";
import { versionNumber } from "../versions.ts";
import { checkFields, type ExpectedFields, modelFields, stageFields, versionFields } from "./fields.ts";
import type { Problem } from "./problem.ts";
import { checkStage } from "./stage.ts";
import { checkVersion } from "./version.ts";

/** Checks the files of one model against their paths and against each other. */
export function checkModel(model: ModelView, sha256: Sha256): readonly Finding[] {
  return [
    ...brokenFiles(model),
    ...checkPresence(model),
    ...checkPathFields(model),
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

/** The fields of every manifest that its path says already. */
function checkPathFields(model: ModelView): readonly Finding[] {
  const { name, manifest } = model;
  const check = (entry: Entry<object>, expected: ExpectedFields): readonly Finding[] =>
    locate(entry, checkFields(entry.value, expected));
  return [
    ...(manifest === undefined ? [] : check(manifest, modelFields(name))),
    ...[...model.versions].flatMap(([version, entry]) => check(entry, versionFields(name, version))),
    ...[...model.yanks].flatMap(([version, entry]) => check(entry, versionFields(name, version))),
    ...[...model.stages].flatMap(([stage, entry]) => check(entry, stageFields(name, stage))),
  ];
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
