import { renderManifest } from "../manifest/render.ts";
import type { Registry } from "../manifest/types.generated.ts";
import { REGISTRY_FILE } from "../registry/layout.ts";
import type { ChangeSet } from "./change-set.ts";
import { LOCAL_CONFIG } from "./stage-file.ts";

/** A registry to be made. */
export interface NewRegistry {
  readonly name: string;
  readonly storage: Registry["spec"]["storage"];
  /** Where proposals are pull requests; undefined where they are plain branches. */
  readonly forge: Registry["spec"]["forge"];
  /** In order: each comes after the one before. */
  readonly stages: readonly string[];
  /** Text of the .gitignore that is there already; undefined when there is none. */
  readonly gitignore: string | undefined;
  /** The line that keeps embedded artifacts out of Git; undefined when storage lies elsewhere. */
  readonly ignore: string | undefined;
}

/** Writes modeltrail.yaml, and keeps the embedded storage out of Git. */
export function planInit(registry: NewRegistry): ChangeSet {
  const { name, storage, forge, stages, gitignore, ignore } = registry;
  const manifest: Registry = {
    apiVersion: "modeltrail.dev/v1",
    kind: "Registry",
    metadata: { name, annotations: LOCAL_CONFIG },
    spec: {
      storage,
      ...(forge === undefined ? {} : { forge }),
      registration: forge === undefined ? "direct" : "pull-request",
      stages: stages.map((stage, index) => ({
        name: stage,
        ...(index === 0 ? {} : { after: [stages[index - 1] ?? ""] }),
      })),
      deploy: { kustomize: false },
    },
  };
  const lines = gitignore?.split(/\r?\n/) ?? [];
  const ignored = ignore === undefined || lines.includes(ignore);
  const separator = gitignore === undefined || gitignore === "" || gitignore.endsWith("\n") ? "" : "\n";
  return {
    kind: "init",
    branch: "",
    title: `Make the model registry ${name}`,
    body: `Stages: ${stages.join(", ")}. Artifacts: ${storage.uri}`,
    trailers: [["Change-Kind", "init"]],
    edits: [
      { path: REGISTRY_FILE, text: renderManifest(manifest) },
      ...(ignored ? [] : [{ path: ".gitignore", text: `${gitignore ?? ""}${separator}${ignore}\n` }]),
    ],
  };
}
