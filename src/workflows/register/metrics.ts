import { ModeltrailError } from "../../diagnostics/errors.ts";
import { type JsonNode, parseJsonText } from "../../manifest/json-text.ts";
import { indexLines } from "../../manifest/line-index.ts";
import type { ModelVersion } from "../../manifest/types.generated.ts";
import { parseDecimal } from "./decimal.ts";

type Metric = NonNullable<ModelVersion["spec"]["metrics"]>[number];
/** Refuses what stands at a place of the text. */
type Refuse = (place: Pick<JsonNode, "at">, problem: string) => never;

const FIELDS = ["name", "value", "dataset"];

/**
 * Metrics as training scripts leave them in JSON: an object of numbers, a list of `{name, value, dataset}`, or either
 * of them as the one field `metrics` of an object. Rejects with USAGE and the line, `path` being the file's name.
 */
export function parseMetrics(text: string, path: string): readonly Metric[] {
  const refuse: Refuse = ({ at }, problem) => {
    throw new ModeltrailError("USAGE", `${path}:${indexLines(text)(at).line}: ${problem}`, {
      hint: 'Write {"auc": 0.934}, {"metrics": {"auc": 0.934}} or [{"name": "auc", "value": 0.934, "dataset": "holdout"}].',
    });
  };
  const reading = parseJsonText(text);
  return reading.ok ? toMetrics(unwrap(reading.root, refuse), refuse) : refuse(reading, reading.problem);
}

/** What stands in `{"metrics": …}`. A metric may be called so too; then it is a number. */
function unwrap(root: JsonNode, refuse: Refuse): JsonNode {
  if (root.content.kind !== "map") return root;
  const { entries } = root.content;
  const inner = entries.get("metrics");
  if (inner?.content.kind !== "map" && inner?.content.kind !== "list") return root;
  const other = [...entries.keys()].find((key) => key !== "metrics");
  if (other === undefined) return inner;
  return refuse(
    root,
    `"metrics" holds the metrics here, so nothing else may stand beside it; there is ${JSON.stringify(other)} as well`,
  );
}

function toMetrics(node: JsonNode, refuse: Refuse): readonly Metric[] {
  const { content } = node;
  if (content.kind === "list") return content.items.map((item) => toMetric(item, refuse));
  if (content.kind !== "map") return refuse(node, "holds no metrics");
  return [...content.entries].map(([name, value]) => ({ name, value: toNumber(name, value, refuse) }));
}

function toMetric(node: JsonNode, refuse: Refuse): Metric {
  const entries = node.content.kind === "map" ? node.content.entries : new Map<string, JsonNode>();
  const other = [...entries.keys()].find((key) => !FIELDS.includes(key));
  if (other !== undefined)
    return refuse(node, `a metric has name, value and dataset, and no ${JSON.stringify(other)}`);
  const [name, value, dataset] = FIELDS.map((field) => entries.get(field));
  if (name?.content.kind !== "text" || value === undefined)
    return refuse(node, "this is no metric: a name and a value are needed");
  const metric = { name: name.content.text, value: toNumber(name.content.text, value, refuse) };
  if (dataset === undefined) return metric;
  if (dataset.content.kind !== "text") return refuse(dataset, "the dataset of a metric is a text");
  return { ...metric, dataset: dataset.content.text };
}

function toNumber(name: string, node: JsonNode, refuse: Refuse): number {
  const shown = JSON.stringify(name);
  if (node.content.kind !== "number") return refuse(node, `${shown} is no number`);
  const decimal = parseDecimal(node.content.text);
  return "value" in decimal ? decimal.value : refuse(node, `${shown} ${decimal.problem}`);
}
