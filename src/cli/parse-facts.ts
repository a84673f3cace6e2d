import { readFile } from "node:fs/promises";
import { ModeltrailError, redactSecrets } from "../diagnostics/errors.ts";
import { parseDecimal } from "../workflows/register/decimal.ts";
import { parseMetrics } from "../workflows/register/metrics.ts";
import type { RegisterOptions } from "../workflows/register/register.ts";

type Item<Field extends keyof RegisterOptions> =
  NonNullable<RegisterOptions[Field]> extends readonly (infer Each)[] ? Each : never;
type Metric = Item<"metrics">;

/** `auc=0.934`, or `auc@holdout=0.934`. */
export function parseMetric(text: string): Metric {
  const [, name, dataset, number] = /^([^=@]+)(?:@(.+))?=([^=]*)$/s.exec(text) ?? [];
  if (name === undefined || number === undefined) throw noMetric(text, "is no <name>=<number>");
  const decimal = parseDecimal(number.trim());
  if ("problem" in decimal) throw noMetric(text, decimal.problem);
  return { name, value: decimal.value, ...(dataset === undefined ? {} : { dataset }) };
}

function noMetric(text: string, problem: string): ModeltrailError {
  return usage(
    `--metric ${JSON.stringify(text)} ${problem}`,
    "Write --metric auc=0.934 or --metric auc@holdout=0.934.",
  );
}

/** `tx`, `tx=s3://data/tx/`, or `tx=s3://data/tx/@sha256:…`. */
export function parseDataset(text: string): Item<"datasets"> {
  const [, name, uri, digest] = /^([^=]+)(?:=(.+?)(?:@(sha256:[0-9a-f]{64}))?)?$/s.exec(text) ?? [];
  if (name === undefined || uri?.includes("@sha256:") === true)
    throw usage(
      `--dataset ${JSON.stringify(text)} is no <name>=<uri>[@sha256:<64 hexadecimal digits>]`,
      "Write --dataset tx=s3://data/tx/.",
    );
  return {
    name,
    ...(uri === undefined ? {} : { uri: redactSecrets(uri) }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** `base-encoder@2.0.1`, or a stage or `latest` behind the `@`. */
export function parseParent(text: string): Item<"parents"> {
  const [, model, version] = /^([^@]+)@([^@]+)$/s.exec(text) ?? [];
  if (model === undefined || version === undefined)
    throw usage(
      `--parent ${JSON.stringify(text)} is no <model>@<version>`,
      "Write --parent base-encoder@2.0.1.",
    );
  return { model, version };
}

/** `team=risk`, each key once. */
export function parseLabels(texts: readonly string[]): Readonly<Record<string, string>> {
  const labels = new Map<string, string>();
  for (const text of texts) {
    const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
    if (key === undefined || value === undefined)
      throw usage(`--label ${JSON.stringify(text)} is no <key>=<value>`, "Write --label team=risk.");
    if (labels.has(key)) throw usage(`--label ${key} is given twice`, "Give each label once.");
    labels.set(key, value);
  }
  return Object.fromEntries(labels);
}

/** The address of a training run, without any password in it. */
export function parseRun(text: string): NonNullable<RegisterOptions["run"]> {
  if (!URL.canParse(text))
    throw usage(
      `--run ${JSON.stringify(text)} is no address`,
      "Write --run https://mlflow.example/#/experiments/1/runs/2.",
    );
  return { url: redactSecrets(text) };
}

/** The metrics of a JSON file; see `parseMetrics`. */
export async function readMetricsFile(path: string): Promise<readonly Metric[]> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ModeltrailError("USAGE", `${path} cannot be read: ${why}`, {
      hint: 'Name a JSON file with --metrics, such as {"auc": 0.934}.',
      cause,
    });
  });
  return parseMetrics(text.replace(/^\uFEFF/, ""), path);
}

function usage(message: string, hint: string): ModeltrailError {
  return new ModeltrailError("USAGE", message, { hint });
}
