import type { ModelVersion } from "../manifest/types.generated.ts";
import { checkFields, stageFields, versionFields } from "../registry/checks/fields.ts";
import type { Problem } from "../registry/checks/problem.ts";
import { checkStage } from "../registry/checks/stage.ts";
import { checkVersion } from "../registry/checks/version.ts";
import type { Entry, ModelView } from "../registry/model-view.ts";
import { viewFiles } from "../registry/view.ts";
import type { Context } from "./context.ts";
import { sha256Hex } from "./digest.ts";
import { loadFiles } from "./read/manifests.ts";
import { broken, requireValue } from "./require-entry.ts";
import type { Target } from "./target.ts";

/**
 * Rejects with BROKEN_MANIFEST when the manifests behind an answer are broken or contradict each other, so that
 * nobody is sent to bytes that `gate` and `pull` refuse. A yanked version is no such case: it is answered, marked.
 */
export async function requireWholeTarget(context: Context, model: ModelView, target: Target): Promise<void> {
  const { version } = target;
  const entry = await readVersion(context, model.versions.get(version));
  if (entry !== undefined) {
    refuse(entry, checkFields(requireValue(entry), versionFields(model.name, version)));
    refuse(entry, checkVersion(entry, sha256Hex));
  }
  const stage = target.kind === "stage" ? model.stages.get(target.stage) : undefined;
  if (target.kind === "version" || stage === undefined) return;
  refuse(stage, checkFields(stage.value, stageFields(model.name, target.stage)));
  const versions = new Map(entry === undefined ? [] : [[version, entry]]);
  refuse(stage, checkStage({ ...model, versions }, target.stage, stage));
}

async function readVersion(
  context: Context,
  entry: Entry<ModelVersion> | undefined,
): Promise<Entry<ModelVersion> | undefined> {
  if (entry?.state !== "unread") return entry;
  const file = { path: entry.path, mode: "100644", oid: entry.id };
  const { models } = viewFiles(await loadFiles(context, [file], () => true));
  return [...models.values()].flatMap((model) => [...model.versions.values()]).at(0) ?? entry;
}

function refuse(entry: Entry<object>, problems: readonly Problem[]): void {
  const wrong = problems.find(({ code }) => code !== "STAGE_HOLDS_YANKED");
  if (wrong !== undefined) throw broken(entry.path, entry.positionOf(wrong.pointer)?.line, wrong.message);
}
