import { readFileSync } from "node:fs";
import { ModeltrailError } from "../../src/diagnostics/errors.ts";
import type { MergeGroup } from "../../src/workflows/publish-verdict/judge-requests.ts";
import { type Environment, requireVariable } from "./environment.ts";

/** What an event asks the judge for. */
export type Task =
  | RequestTask
  | {
      /** A pull request was closed. */
      readonly kind: "closed";
      readonly number: number;
      readonly head: string;
    }
  | ({ readonly kind: "group" } & MergeGroup)
  | {
      /** A merge queue gave a group up. */
      readonly kind: "dropped";
      readonly head: string;
      /** Because it is what the branch holds now. */
      readonly isMerged: boolean;
    }
  | {
      readonly kind: "every";
      /** A branch other than the default one, which was pushed: it has to be the registry's. */
      readonly pushed?: PushedBranch;
    };

export interface RequestTask {
  readonly kind: "request";
  readonly number: number;
  /** Its tip when the event was sent; undefined for a number that somebody typed. */
  readonly head: string | undefined;
  /** Its branch, where that is in this repository. */
  readonly branch: string | undefined;
  /** Its tip before a push moved it. */
  readonly before?: string;
}

export interface PushedBranch {
  readonly branch: string;
  /** The default branch of the repository. */
  readonly main: string;
}

const SUPPORTED =
  "Use pull_request, pull_request_review, merge_group, push to the default branch, schedule or workflow_dispatch.";

/** Reads what started the workflow. Only what GitHub itself writes into an event is gone by: ids, numbers, branches. */
export function readTask(env: Environment, number: string): Task {
  const name = requireVariable(env, "GITHUB_EVENT_NAME");
  if (number !== "" && name !== "workflow_dispatch")
    throw new ModeltrailError("USAGE", `the input "pull-request" is for workflow_dispatch, not for ${name}`, {
      hint: "Leave it out: the event says which pull request it is about.",
    });
  if (name === "workflow_dispatch") return number === "" ? { kind: "every" } : dispatched(number);
  if (name === "schedule") return { kind: "every" };
  const event = readEvent(requireVariable(env, "GITHUB_EVENT_PATH"));
  if (name === "pull_request" && event["action"] === "closed") return closedOf(event);
  if (name === "pull_request" || name === "pull_request_review") return requestOf(event);
  if (name === "merge_group") return groupOf(event);
  if (name === "push") return pushOf(event);
  throw new ModeltrailError("USAGE", `the event ${name} is not supported${REASONS.get(name) ?? ""}`, {
    hint: SUPPORTED,
  });
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ["pull_request_target", ": it gives a fork's pull request a token that writes"],
  ["workflow_run", ": it gives what a fork started a token that writes"],
]);

function dispatched(text: string): Task {
  const number = /^#?([1-9]\d{0,8})$/.exec(text)?.[1];
  if (number !== undefined)
    return { kind: "request", number: Number(number), head: undefined, branch: undefined };
  throw new ModeltrailError("USAGE", `the input "pull-request" is ${JSON.stringify(text)}`, {
    hint: "Give it the number of a pull request, such as 12.",
  });
}

/** What an event holds is taken for nothing before it was looked at. */
type Fields = ReadonlyMap<string, unknown>;
type Payload = Readonly<Record<string, unknown>>;

function readEvent(path: string): Payload {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (isRecord(value)) return value;
  } catch (cause) {
    throw new ModeltrailError("INVALID_INPUT", "the event that started this workflow cannot be read", {
      hint: "Run the workflow again.",
      cause,
    });
  }
  throw incomplete();
}

function isRecord(value: unknown): value is Payload {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Of anything that is no object: none. */
function fieldsOf(value: unknown): Fields {
  return new Map(isRecord(value) ? Object.entries(value) : []);
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** A commit's id. Rejects with INVALID_INPUT. */
function requireOid(value: unknown): string {
  if (typeof value === "string" && /^[0-9a-f]{40}$/.test(value)) return value;
  throw incomplete();
}

/** The number of a pull request and its head. Rejects with INVALID_INPUT. */
function requirePull(payload: Payload): {
  readonly number: number;
  readonly head: string;
  readonly pull: Fields;
} {
  const pull = fieldsOf(payload["pull_request"]);
  const number = pull.get("number");
  if (typeof number !== "number" || !Number.isSafeInteger(number) || number < 1) throw incomplete();
  return { number, head: requireOid(fieldsOf(pull.get("head")).get("sha")), pull };
}

function requestOf(payload: Payload): Task {
  const { number, head, pull } = requirePull(payload);
  const ends = [fieldsOf(pull.get("head")), fieldsOf(pull.get("base"))] as const;
  const [from, to] = ends.map((end) => fieldsOf(end.get("repo")).get("id"));
  const branch = typeof from === "number" && from === to ? textOf(ends[0].get("ref")) : undefined;
  if (payload["action"] !== "synchronize") return { kind: "request", number, head, branch };
  const before = payload["before"];
  return {
    kind: "request",
    number,
    head,
    branch,
    ...(before === undefined ? {} : { before: requireOid(before) }),
  };
}

function closedOf(payload: Payload): Task {
  const { number, head } = requirePull(payload);
  return { kind: "closed", number, head };
}

function groupOf(payload: Payload): Task {
  const group = fieldsOf(payload["merge_group"]);
  const head = requireOid(group.get("head_sha"));
  if (payload["action"] === "destroyed")
    return { kind: "dropped", head, isMerged: payload["reason"] === "merged" };
  const base = requireOid(group.get("base_sha"));
  const ref = textOf(group.get("base_ref"));
  if (ref === undefined) throw incomplete();
  return { kind: "group", base, head, into: ref.replace(/^refs\/heads\//, "") };
}

function pushOf(payload: Payload): Task {
  const ref = textOf(payload["ref"]);
  const main = textOf(fieldsOf(payload["repository"]).get("default_branch"));
  if (ref === undefined || main === undefined) throw incomplete();
  if (!ref.startsWith(BRANCHES)) throw notToMain(ref, main);
  const branch = ref.slice(BRANCHES.length);
  return branch === main ? { kind: "every" } : { kind: "every", pushed: { branch, main } };
}

const BRANCHES = "refs/heads/";

/** USAGE: a push that moves nothing which verdicts rest on. */
export function notToMain(what: string, main: string): ModeltrailError {
  return new ModeltrailError("USAGE", `this was a push to ${what}, not to ${main}`, {
    hint: `Narrow the workflow down: on: push: branches: [${main}].`,
  });
}

/** The default branch, where what started the workflow says it: a checkout has no `origin/HEAD` that would. */
export function readDefaultBranch(env: Environment): string | undefined {
  const { GITHUB_EVENT_NAME: name, GITHUB_EVENT_PATH: path = "", GITHUB_REF: ref = "" } = env;
  const said =
    path === "" ? undefined : textOf(fieldsOf(readEvent(path)["repository"]).get("default_branch"));
  if (said !== undefined) return said;
  // A schedule runs on the default branch, and its event may say no more.
  return name === "schedule" && ref.startsWith("refs/heads/") ? ref.slice("refs/heads/".length) : undefined;
}

function incomplete(): ModeltrailError {
  return new ModeltrailError("INVALID_INPUT", "the event does not say what it is about", { hint: SUPPORTED });
}
