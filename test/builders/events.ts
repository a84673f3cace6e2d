import examples from "@octokit/webhooks-examples";
import type { World } from "../servers/github/world.ts";

/** What GitHub itself sends, with the ids, numbers and commits of a test's repository put in. */

type Json = Readonly<Record<string, unknown>>;
type Event = readonly [name: string, payload: object];

const ALL = examples as unknown as readonly { readonly name: string; readonly examples: readonly Json[] }[];

function example(name: string, action: string | undefined): Json {
  const found = ALL.find((one) => one.name === name)?.examples;
  const fitting = found?.find((one) => action === undefined || one["action"] === action) ?? found?.[0];
  if (fitting === undefined) throw new Error(`GitHub has no example of ${name}`);
  return { ...fitting, ...(action === undefined ? {} : { action }) };
}

function inside(payload: Json, { server, repository }: World): Json {
  const url = `${server.url}/acme/models`;
  const own = { id: repository.id, name: "models", full_name: "acme/models", html_url: url };
  return { ...payload, repository: { ...(payload["repository"] as Json), ...own, default_branch: "main" } };
}

/** `pull_request`, or with a review `pull_request_review`. With `before` its head was there until now. */
export function requestEvent(
  world: World,
  number: number,
  action = "opened",
  name: "pull_request" | "pull_request_review" = "pull_request",
  before?: string,
): Event {
  const { repository } = world;
  const pull = repository.pulls.get(number)!;
  const payload = inside(example(name, action), world);
  const old = payload["pull_request"] as Json & { head: Json; base: Json };
  const base = { ...old.base, ...pull.base, repo: { ...(old.base["repo"] as Json), id: repository.id } };
  const repo =
    pull.fork === null ? null : { ...(old.head["repo"] as Json), id: (pull.fork ?? repository).id };
  const head = { ...old.head, ...pull.head, repo };
  const moved = payload["before"] === undefined ? {} : { before: before ?? head.sha, after: head.sha };
  const request = { ...old, number, title: pull.title, head, base };
  return [name, { ...payload, ...moved, number, pull_request: request }];
}

export function groupEvent(world: World, group: { readonly base: string; readonly head: string }): Event {
  const payload = inside(example("merge_group", "checks_requested"), world);
  const old = payload["merge_group"] as Json;
  const mine = { head_sha: group.head, base_sha: group.base, base_ref: "refs/heads/main" };
  return ["merge_group", { ...payload, merge_group: { ...old, ...mine } }];
}

export function pushEvent(world: World, ref = "refs/heads/main"): Event {
  return ["push", { ...inside(example("push", undefined), world), ref, after: world.main() }];
}

/** GitHub sends little with it, and publishes no example. */
export function scheduleEvent(): Event {
  return ["schedule", { schedule: "17 * * * *" }];
}

export function dispatchEvent(world: World): Event {
  return ["workflow_dispatch", inside(example("workflow_dispatch", undefined), world)];
}

/** Makes of a pull request one of a fork, or of a fork that is gone since. */
export function moveToFork({ server, repository }: World, number: number, gone = false): void {
  const pull = repository.pulls.get(number)!;
  pull.fork = gone ? null : server.addRepository("mallory/models", { private: false });
  repository.git.run(["update-ref", "-d", `refs/heads/${pull.head.ref}`]);
  repository.branches.delete(pull.head.ref);
}
