import { readFile } from "node:fs/promises";
import { ModeltrailError, redactSecrets } from "../diagnostics/errors.ts";
import type { RegisterOptions } from "../workflows/register/register.ts";

type Item<Field extends keyof RegisterOptions> =
  NonNullable<RegisterOptions[Field]> extends readonly (infer Each)[] ? Each : never;
type Metric = Item<"metrics">;

/** The fields that were given, without those that are undefined. */
export function keepGiven<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** `auc=0.934`, or `auc@holdout=0.934`. */
export function parseMetric(text: string): Metric {
  const [, name, dataset, number] = /^([^=@]+)(?:@(.+))?=([^=]*)$/s.exec(text) ?? [];
  const value = /^\s*[-+]?[0-9.]/.test(number ?? "") && !/[xob]/i.test(number ?? "") ? Number(number) : NaN;
  if (name === undefined || number === undefined || number.trim() === "" || !Number.isFinite(value)) {
    throw usage(
      `--metric ${JSON.stringify(text)} is no <name>=<number>`,
      "Write --metric auc=0.934 or --metric auc@holdout=0.934.",
    );
  }
  return { name, value, ...(dataset === undefined ? {} : { dataset }) };
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

/** `base-encoder@2.0.1` */
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

/** A moment that somebody typed; without a zone it is local time. */
export function parseMoment(option: string, text: string): Date {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const moment = new Date(isDay ? `${text}T00:00:00` : text);
  if (isCalendarDay(text.slice(0, 10)) && !Number.isNaN(moment.getTime())) return moment;
  throw usage(
    `${option} ${JSON.stringify(text)} is no time`,
    "Write 2026-11-20, 2026-11-20T10:15 or 2026-11-20T10:15:00Z.",
  );
}

/** Dates that JavaScript would carry over, as 2026-02-30, are typing errors. */
function isCalendarDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

/** Metrics as training scripts leave them: an object of numbers, or a list of `{name, value, dataset}`. */
export async function readMetricsFile(path: string): Promise<readonly Metric[]> {
  const value = await readJson(path);
  if (Array.isArray(value))
    return value.map((item: unknown, index) => toMetric(item, `${path}: entry ${index + 1}`));
  if (typeof value !== "object" || value === null) throw usage(`${path} holds no metrics`, METRICS_HINT);
  return Object.entries(value).map(([name, number]) =>
    toMetric({ name, value: number as unknown }, `${path}: ${JSON.stringify(name)}`),
  );
}

const METRICS_HINT = 'Write {"auc": 0.934} or [{"name": "auc", "value": 0.934, "dataset": "holdout"}].';

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse((await readFile(path, "utf8")).replace(/^\uFEFF/, "")) as unknown;
  } catch (error) {
    const problem = error instanceof SyntaxError ? "is no JSON" : "cannot be read";
    throw new ModeltrailError(
      "USAGE",
      `${path} ${problem}: ${error instanceof Error ? error.message : String(error)}`,
      { hint: METRICS_HINT, cause: error },
    );
  }
}

function toMetric(item: unknown, place: string): Metric {
  const { name, value, dataset, ...others } =
    typeof item === "object" && item !== null ? (item as Readonly<Record<string, unknown>>) : {};
  const isDataset = dataset === undefined || typeof dataset === "string";
  if (typeof name !== "string" || typeof value !== "number" || !isDataset || Object.keys(others).length > 0) {
    throw usage(`${place} is no metric`, METRICS_HINT);
  }
  return { name, value, ...(dataset === undefined ? {} : { dataset }) };
}

function usage(message: string, hint: string): ModeltrailError {
  return new ModeltrailError("USAGE", message, { hint });
}
