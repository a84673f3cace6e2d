import type { Finding } from "../../diagnostics/finding.ts";
import type { ModelStage } from "../../manifest/types.generated.ts";
import { stageArtifact } from "../../registry/checks/stage.ts";
import type { Snapshot } from "../../registry/model-view.ts";

/** What `spec.artifact` of a stage has to hold for the version that it names. */
export interface StageSuggestion {
  /** Path from the registry's root. */
  readonly file: string;
  readonly version: string;
  readonly artifact: ModelStage["spec"]["artifact"];
}

/** For each stage that was found to differ from its version: what it should say. */
export function suggestArtifacts(
  snapshot: Snapshot,
  findings: readonly Finding[],
): readonly StageSuggestion[] {
  const files = new Set(
    findings.filter((finding) => finding.code === "STAGE_DIFFERS").map((finding) => finding.file),
  );
  return [...snapshot.models.values()].flatMap((model) =>
    [...model.stages.values()].flatMap((entry): readonly StageSuggestion[] => {
      const version = entry.value?.spec.version;
      const manifest = version === undefined ? undefined : model.versions.get(version)?.value;
      if (version === undefined || manifest === undefined || !files.has(entry.path)) return [];
      return [{ file: entry.path, version, artifact: stageArtifact(manifest) }];
    }),
  );
}
