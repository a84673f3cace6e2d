import type { ModelVersion } from "../../manifest/types.generated.ts";
import { formatChange } from "../../registry/decimals.ts";
import { code } from "./inline.ts";
import { renderTable } from "./table.ts";

/** The metrics of two versions side by side, with exact differences; nothing when there are none. */
export function describeMetrics(from: ModelVersion | undefined, to: ModelVersion): readonly string[] {
  const before = from?.spec.metrics ?? [];
  const after = to.spec.metrics ?? [];
  const keys = new Map(
    [...after, ...before].map(({ name, dataset }) => [JSON.stringify([name, dataset]), { name, dataset }]),
  );
  if (keys.size === 0) return [];
  const rows = [...keys.values()].map(({ name, dataset }) => {
    const was = before.find((metric) => metric.name === name && metric.dataset === dataset)?.value;
    const is = after.find((metric) => metric.name === name && metric.dataset === dataset)?.value;
    return [
      code(dataset === undefined ? name : `${name} on ${dataset}`),
      was === undefined ? "" : String(was),
      is === undefined ? "**missing**" : String(is),
      was === undefined || is === undefined || was === is ? "" : formatChange(was, is),
    ];
  });
  return [`**Metrics**\n\n${renderTable(["", "goes", "comes", "change"], rows)}`];
}
