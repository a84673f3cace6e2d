import { Composer } from "yaml";
import { limitsOf } from "./limits.ts";
import { preScan } from "./pre-scan.ts";

/** A workflow of GitHub Actions, as far as we have to know it. */
export interface WorkflowFile {
  /** What starts it, with what narrows that down. */
  readonly triggers: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  readonly permissions: Permissions;
  /** Whether a newer run ends one that is under way. */
  readonly cancels: boolean;
  readonly jobs: readonly WorkflowJob[];
}

/** By name; `undefined` when nothing is said of them, which leaves them to the repository's setting. */
export type Permissions = Readonly<Record<string, string>> | undefined;

export interface WorkflowJob {
  readonly name: string;
  /** Does not run, or not always: it has an `if:` or waits for other jobs. */
  readonly conditional: boolean;
  /** Goes on after an error, as if nothing had been. */
  readonly lenient: boolean;
  readonly permissions: Permissions;
  /** Whether a newer run ends this job when it is under way. */
  readonly cancels: boolean;
  /** Runs in an image of somebody's. */
  readonly contained: boolean;
  /** In order. */
  readonly steps: readonly WorkflowStep[];
}

export interface WorkflowStep {
  /** Empty for a step that runs commands. */
  readonly uses: string;
  readonly conditional: boolean;
  readonly lenient: boolean;
  readonly inputs: Readonly<Record<string, unknown>>;
}

type Fields = Readonly<Record<string, unknown>>;

/** Undefined for what cannot be read without care: anchors and tags among others, which nobody needs there. */
export function parseWorkflowFile(text: string): WorkflowFile | undefined {
  const limits = limitsOf("Registry");
  if (text.length > limits.bytes) return undefined;
  const scan = preScan(text, limits);
  if (!scan.ok) return undefined;
  const composer = new Composer({ version: "1.2", schema: "core", stringKeys: true, prettyErrors: false });
  const [document] = composer.compose(scan.tokens, true, text.length);
  if (document === undefined || document.errors.length > 0) return undefined;
  const whole = fieldsOf(document.toJS({ maxAliasCount: 0 }));
  const jobs = Object.entries(fieldsOf(whole["jobs"])).map(([name, job]) => readJob(name, fieldsOf(job)));
  return {
    triggers: readTriggers(whole["on"]),
    permissions: readPermissions(whole["permissions"]),
    cancels: isCancelling(whole),
    jobs,
  };
}

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

function readTriggers(on: unknown): ReadonlyMap<string, Fields> {
  if (typeof on === "string") return new Map([[on, {}]]);
  if (Array.isArray(on)) return new Map(listOf(on).map((name) => [String(name), {}]));
  return new Map(Object.entries(fieldsOf(on)).map(([name, narrowing]) => [name, fieldsOf(narrowing)]));
}

/** `read-all` and `write-all` stand under the name `*`. */
function readPermissions(value: unknown): Permissions {
  if (value === undefined) return undefined;
  if (typeof value === "string") return { "*": value.replace(/-all$/, "") };
  return Object.fromEntries(Object.entries(fieldsOf(value)).map(([name, level]) => [name, String(level)]));
}

function readJob(name: string, job: Fields): WorkflowJob {
  return {
    name,
    conditional: job["if"] !== undefined || job["needs"] !== undefined,
    lenient: isLenient(job),
    permissions: readPermissions(job["permissions"]),
    cancels: isCancelling(job),
    contained: job["container"] !== undefined,
    steps: listOf(job["steps"]).map(fieldsOf).map(readStep),
  };
}

function readStep(step: Fields): WorkflowStep {
  return {
    uses: typeof step["uses"] === "string" ? step["uses"] : "",
    conditional: step["if"] !== undefined,
    lenient: isLenient(step),
    inputs: fieldsOf(step["with"]),
  };
}

/** An expression may come to anything. */
function isCancelling(fields: Fields): boolean {
  return (fieldsOf(fields["concurrency"])["cancel-in-progress"] ?? false) !== false;
}

/** Likewise. */
function isLenient(fields: Fields): boolean {
  return (fields["continue-on-error"] ?? false) !== false;
}
