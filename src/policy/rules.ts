import type { Finding } from "../diagnostics/finding.ts";
import { makeFinding } from "../diagnostics/make-finding.ts";
import type { Model, Registry } from "../manifest/types.generated.ts";
import type { Entry, ModelView, Snapshot } from "../registry/model-view.ts";
import type { StageRules } from "./facts.ts";

/** The rules of a stage; undefined when the policy has no such stage. */
export function rulesOf(policy: Registry | undefined, stage: string): StageRules | undefined {
  return policy?.spec.stages.find((rules) => rules.name === stage);
}

/** Rules that this version has no gate for. They are refused, never ignored. */
const WITHOUT_GATE = ["soak", "approvals", "require", "metrics", "gates", "freeze", "rollback"] as const;

/** The findings for rules of modeltrail.yaml that no gate checks yet; of one stage, or of all. */
export function unsupportedRules(entry: Entry<Registry>, only?: string): readonly Finding[] {
  const spec = entry.value?.spec;
  if (spec === undefined) return [];
  const findings: Finding[] = [];
  for (const [index, stage] of spec.stages.entries()) {
    if (only !== undefined && stage.name !== only) continue;
    findings.push(...unsupportedIn(entry, `/spec/stages/${index}`, stage, `stage ${stage.name}`));
  }
  if (spec.deploy?.kustomize === true) {
    findings.push(
      unsupported(
        entry,
        "/spec/deploy/kustomize",
        "deploy.kustomize is not available in this version of Modeltrail",
      ),
    );
  }
  return findings;
}

/** The same for the rules that a model adds. */
export function unsupportedModelRules(model: ModelView, only?: string): readonly Finding[] {
  const entry: Entry<Model> | undefined = model.manifest;
  const stages = entry?.value?.spec.stages;
  if (entry === undefined || stages === undefined) return [];
  return Object.entries(stages).flatMap(([stage, rules]) =>
    only !== undefined && stage !== only
      ? []
      : unsupportedIn(entry, `/spec/stages/${stage}`, rules, `stage ${stage} of ${model.name}`),
  );
}

function unsupportedIn(
  entry: Entry<object>,
  pointer: string,
  rules: object,
  where: string,
): readonly Finding[] {
  const present = new Map<string, unknown>(Object.entries(rules));
  return WITHOUT_GATE.filter((rule) => !isEmpty(present.get(rule))).map((rule) =>
    unsupported(
      entry,
      `${pointer}/${rule}`,
      `${where} has the rule ${rule}, which this version of Modeltrail has no gate for`,
    ),
  );
}

function isEmpty(rule: unknown): boolean {
  return rule === undefined || (Array.isArray(rule) && rule.length === 0);
}

function unsupported(entry: Entry<object>, pointer: string, message: string): Finding {
  return makeFinding("UNSUPPORTED_POLICY", {
    file: entry.path,
    pointer,
    ...entry.positionOf(pointer),
    message,
  });
}

/** What stands in the policy of a snapshot that this version cannot do, for `validate` of a work tree. */
export function unsupportedPolicy(snapshot: Snapshot): readonly Finding[] {
  const { registry, models } = snapshot;
  const notWritten =
    registry?.value !== undefined && registry.value.spec.deploy?.kustomize === undefined
      ? [
          makeFinding("STATIC_FILES_NOT_WRITTEN", {
            file: registry.path,
            message: "deploy.kustomize is not set, and this version does not write the kustomize files",
          }),
        ]
      : [];
  return [
    ...(registry === undefined ? [] : unsupportedRules(registry)),
    ...notWritten,
    ...[...models.values()].flatMap((model) => unsupportedModelRules(model)),
  ];
}
