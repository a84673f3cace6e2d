import { LOCAL_CONFIG } from "../../change/stage-file.ts";
import type { ModelVersion } from "../../manifest/types.generated.ts";
import { flatName } from "../../registry/names.ts";
import type { LineageOptions } from "./lineage.ts";

/** What the maker of a version says of it. */
export interface ToldFacts {
  readonly description?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly metrics?: ModelVersion["spec"]["metrics"];
  readonly inputs?: ModelVersion["spec"]["inputs"];
  readonly outputs?: ModelVersion["spec"]["outputs"];
}

type Spec = ModelVersion["spec"];

/** What we know by ourselves. */
export interface KnownFacts extends Pick<Spec, "model" | "version" | "artifact" | "createdAt" | "createdBy"> {
  readonly lineage: Spec["lineage"] | undefined;
}

/** The manifest of a version: what was computed, and what its maker said of it. */
export function describeVersion(
  { model, version, artifact, lineage, createdAt, createdBy }: KnownFacts,
  { description, labels, metrics, inputs, outputs }: ToldFacts,
): ModelVersion {
  return {
    apiVersion: "modeltrail.dev/v1",
    kind: "ModelVersion",
    metadata: { name: `${flatName(model)}-${version}`, annotations: LOCAL_CONFIG },
    spec: {
      model,
      version,
      ...(description === undefined ? {} : { description }),
      ...(labels === undefined || Object.keys(labels).length === 0 ? {} : { labels }),
      artifact,
      ...(metrics === undefined || metrics.length === 0 ? {} : { metrics }),
      ...(inputs === undefined ? {} : { inputs }),
      ...(outputs === undefined ? {} : { outputs }),
      ...(lineage === undefined ? {} : { lineage }),
      createdAt,
      createdBy,
    },
  };
}

/** Whether anything is said of a version beside its bytes. */
export function saysAnything(told: ToldFacts & LineageOptions & { readonly format?: string }): boolean {
  const {
    description,
    labels = {},
    metrics = [],
    inputs,
    outputs,
    format,
    datasets = [],
    parents = [],
    run,
  } = told;
  return (
    [description, inputs, outputs, format, run].some((fact) => fact !== undefined) ||
    [Object.keys(labels), metrics, datasets, parents].some((facts) => facts.length > 0)
  );
}
