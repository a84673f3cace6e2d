import { readFileSync } from "node:fs";
import { ModeltrailError } from "../../src/diagnostics/errors.ts";
import type { MergeGroup } from "../../src/workflows/publish-verdict/judge-requests.ts";
import { type Environment, requireVariable } from "./environment.ts";

/** What an event asks the judge for. */
export type Task =
  | {
      readonly kind: "request";
      readonly number: number;
      /** Its tip when the event was sent; undefined for a number that somebody typed. */
      readonly head: string | undefined;
      /** Its branch, where that is in this repository. */
      readonly branch: string | undefined;
    }
  | {
      /** A pull request was closed. */
      readonly kind: "closed";
      readonly number: number;
      readonly head: string;
    }
  | ({ readonly kind: "group" } & MergeGroup)
  | { readonly kind: "every" };

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
  if (name === "pull_request" && event.action === "closed") return closedOf(event);
  if (name === "pull_request" || name === "pull_request_review") return requestOf(event);
  if (name === "merge_group") return groupOf(event);
  if (name === "push") return pushOf(event);
  throw new ModeltrailError("USAGE", `the event ${name} is not supported${REASONS[name] ?? ""}`, {
    hint: SUPPORTED,
  });
}

const REASONS: Readonly<Record<string, string>> = {
  pull_request_target: ": it gives a fork's pull request a token that writes",
  workflow_run: ": it gives what a fork started a token that writes",
};

function dispatched(text: string): Task {
  const number = /^#?([1-9]\d{0,8})$/.exec(text)?.[1];
  if (number !== undefined)
    return { kind: "request", number: Number(number), head: undefined, branch: undefined };
  throw new ModeltrailError("USAGE", `the input "pull-request" is ${JSON.stringify(text)}`, {
    hint: "Give it the number of a pull request, such as 12.",
  });
}

interface Payload {
  readonly action?: string;
  readonly ref?: string;
  readonly repository?: { readonly default_branch?: string };
  readonly pull_request?: { readonly number?: number; readonly head?: End; readonly base?: End };
  readonly merge_group?: {
    readonly base_ref?: string;
    readonly base_sha?: string;
    readonly head_sha?: string;
  };
}

interface End {
  readonly ref?: string;
  readonly sha?: string;
  readonly repo?: { readonly id?: number } | null;
}

function readEvent(path: string): Payload {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (typeof value === "object" && value !== null) return value;
  } catch (cause) {
    throw new ModeltrailError("INVALID_INPUT", "the event that started this workflow cannot be read", {
      hint: "Run the workflow again.",
      cause,
    });
  }
  throw incomplete();
}

function requestOf({ pull_request: pull }: Payload): Task {
  const { number, head, base } = pull ?? {};
  if (number === undefined || !isOid(head?.sha)) throw incomplete();
  const isOwn = typeof head?.repo?.id === "number" && head.repo.id === base?.repo?.id;
  return { kind: "request", number, head: head?.sha, branch: isOwn ? head?.ref : undefined };
}

function closedOf({ pull_request: { number, head } = {} }: Payload): Task {
  if (number === undefined || !isOid(head?.sha)) throw incomplete();
  return { kind: "closed", number, head: head.sha };
}

function groupOf({ merge_group: group }: Payload): Task {
  const { base_ref: ref = "", base_sha: base, head_sha: head } = group ?? {};
  if (!isOid(base) || !isOid(head) || ref === "") throw incomplete();
  return { kind: "group", base, head, into: ref.replace(/^refs\/heads\//, "") };
}

function pushOf({ ref, repository }: Payload): Task {
  const main = repository?.default_branch;
  if (ref === undefined || main === undefined) throw incomplete();
  if (ref === `refs/heads/${main}`) return { kind: "every" };
  throw new ModeltrailError("USAGE", `this was a push to ${ref}, not to ${main}`, {
    hint: `Narrow the workflow down: on: push: branches: [${main}].`,
  });
}

/** The default branch, where what started the workflow says it: a checkout has no `origin/HEAD` that would. */
export function readDefaultBranch(env: Environment): string | undefined {
  const { GITHUB_EVENT_NAME: name, GITHUB_EVENT_PATH: path = "", GITHUB_REF: ref = "" } = env;
  const said = path === "" ? undefined : readEvent(path).repository?.default_branch;
  if (typeof said === "string" && said !== "") return said;
  // A schedule runs on the default branch, and its event may say no more.
  return name === "schedule" && ref.startsWith("refs/heads/") ? ref.slice("refs/heads/".length) : undefined;
}

function isOid(text: string | undefined): text is string {
  return /^[0-9a-f]{40}$/.test(text ?? "");
}

function incomplete(): ModeltrailError {
  return new ModeltrailError("INVALID_INPUT", "the event does not say what it is about", { hint: SUPPORTED });
}
