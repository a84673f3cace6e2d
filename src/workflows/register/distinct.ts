import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { ToldFacts } from "./describe.ts";
import type { LineageOptions } from "./lineage.ts";

type Told = Pick<ToldFacts, "metrics"> & Pick<LineageOptions, "datasets" | "parents">;

/** Rejects with USAGE when one thing is told twice: which of the two is meant is nobody's to guess. */
export function requireDistinct({ metrics = [], datasets = [], parents = [] }: Told): void {
  const on = (dataset: string | undefined): string => (dataset === undefined ? "" : ` on ${dataset}`);
  refuseTwice(metrics.map(({ name, dataset }) => `the metric ${name}${on(dataset)}`));
  refuseTwice(datasets.map(({ name }) => `the dataset ${name}`));
  refuseTwice(parents.map(({ model, version }) => `the parent ${model} ${version}`));
}

function refuseTwice(names: readonly string[]): void {
  const seen = new Set<string>();
  const twice = names.find((name) => seen.size === seen.add(name).size);
  if (twice === undefined) return;
  throw new ModeltrailError("USAGE", `${twice} is given twice`, {
    hint: "Give each metric (by name and dataset), dataset (by name) and parent once.",
  });
}
