import { closePull } from "../closing.ts";
import { checkGuards } from "../guards.ts";
import { findBlocks, requirementsOf } from "../protection.ts";
import { text } from "../router.ts";
import { addComment } from "../routes/issues.ts";
import { reopen } from "../routes/pulls.ts";
import type { MergeMethod, PullRequest } from "../state.ts";
import { addEvent } from "../state.ts";
import { createCommitOnBranch } from "./create-commit.ts";
import { failure } from "./failure.ts";
import { type Home, refNode, userNode } from "./objects.ts";
import { commentNode, pullNode } from "./pull-request.ts";
import { updateRefs } from "./update-refs.ts";
import { type Asking, type Input, type Need, enter, findById } from "./access.ts";

function enterPull(asking: Asking, id: unknown, need: Need): { home: Home; pull: PullRequest } {
  for (const repository of asking.forge.repositories.values()) {
    const pull = [...repository.pulls.values()].find((one) => `PR_${one.id}` === id);
    if (pull !== undefined) return { home: enter(asking, repository, need), pull };
  }
  throw failure("NOT_FOUND", `Could not resolve to a node with the global id of '${String(id)}'`);
}

type Mutation = (asking: Asking, input: Input) => object;

function enableAutoMerge(asking: Asking, input: Input): object {
  const need = { name: "EnablePullRequestAutoMerge", role: "write", scope: "pull_requests" } as const;
  const { home, pull } = enterPull(asking, input["pullRequestId"], need);
  const { repository, viewer, forge } = home;
  const refuse = (why: string): Error => failure("UNPROCESSABLE", why);
  if (!repository.settings.allow_auto_merge) {
    throw refuse("Pull request Auto merge is not allowed for this repository");
  }
  if (pull.state !== "open") throw refuse("Pull request is closed");
  const expected = input["expectedHeadOid"];
  if (typeof expected === "string" && expected !== pull.head.sha) {
    throw failure("STALE_DATA", `Head sha was modified. Review and try again.`);
  }
  const method = text(input["mergeMethod"] ?? "MERGE").toLowerCase() as MergeMethod;
  if (!requirementsOf(repository, pull.base.ref).methods.includes(method)) {
    throw refuse(`Merge method ${method} is not allowed on this repository`);
  }
  const base = repository.branches.get(pull.base.ref);
  const conflicts = base === undefined || repository.git.mergeTrees(base, pull.head.sha) === undefined;
  if (!conflicts && !pull.draft && findBlocks(repository, pull).length === 0) {
    throw refuse("Pull request is in clean status");
  }
  pull.autoMerge = {
    by: viewer,
    method,
    title: (input["commitHeadline"] as string | null | undefined) ?? undefined,
    message: (input["commitBody"] as string | null | undefined) ?? undefined,
  };
  addEvent(forge, pull, { event: "auto_merge_enabled", actor: viewer });
  return { pullRequest: pullNode(home, pull), actor: userNode(forge, viewer) };
}

function disableAutoMerge(asking: Asking, input: Input): object {
  const need = { name: "DisablePullRequestAutoMerge", role: "write", scope: "pull_requests" } as const;
  const { home, pull } = enterPull(asking, input["pullRequestId"], need);
  if (pull.autoMerge === null) {
    throw failure("UNPROCESSABLE", "Can't disable auto-merge for this pull request");
  }
  pull.autoMerge = null;
  addEvent(home.forge, pull, { event: "auto_merge_disabled", actor: home.viewer });
  return { pullRequest: pullNode(home, pull), actor: userNode(home.forge, home.viewer) };
}

function closePullRequest(asking: Asking, input: Input): object {
  const need = { name: "ClosePullRequest", role: "triage", scope: "pull_requests" } as const;
  const { home, pull } = enterPull(asking, input["pullRequestId"], need);
  if (pull.state === "open") closePull(home.forge, pull, home.viewer);
  return { pullRequest: pullNode(home, pull) };
}

function reopenPullRequest(asking: Asking, input: Input): object {
  const need = { name: "ReopenPullRequest", role: "triage", scope: "pull_requests" } as const;
  const { home, pull } = enterPull(asking, input["pullRequestId"], need);
  if (pull.state === "closed") reopen(home, pull);
  return { pullRequest: pullNode(home, pull) };
}

function markReady(asking: Asking, input: Input): object {
  const need = { name: "MarkPullRequestReadyForReview", role: "write", scope: "pull_requests" } as const;
  const { home, pull } = enterPull(asking, input["pullRequestId"], need);
  pull.draft = false;
  addEvent(home.forge, pull, { event: "ready_for_review", actor: home.viewer });
  return { pullRequest: pullNode(home, pull) };
}

function comment(asking: Asking, input: Input): object {
  const need = { name: "AddComment", role: "read", scope: "pull_requests" } as const;
  const { home, pull } = enterPull(asking, input["subjectId"], need);
  const node = commentNode(home, addComment(home, pull, String(input["body"])));
  return { commentEdge: { cursor: "", node }, subject: pullNode(home, pull) };
}

function createRef(asking: Asking, input: Input): object {
  const { forge } = asking;
  const need = { name: "CreateRef", role: "write", scope: "contents" } as const;
  const home = enter(asking, findById(forge, String(input["repositoryId"])), need);
  const name = String(input["name"]);
  const oid = String(input["oid"]);
  const { git } = home.repository;
  if (git.type(oid) === undefined) throw failure("UNPROCESSABLE", "Object does not exist");
  if (git.refs(name).has(name)) {
    throw failure("UNPROCESSABLE", `A ref named "${name}" already exists in the repository.`);
  }
  checkGuards(home.repository, home.viewer, { name, from: null, to: oid });
  if (!git.move(name, null, oid)) throw failure("UNPROCESSABLE", "Reference cannot be created");
  return { ref: refNode(home, name, oid) };
}

const MUTATIONS: Readonly<Record<string, Mutation>> = {
  createCommitOnBranch,
  enablePullRequestAutoMerge: enableAutoMerge,
  disablePullRequestAutoMerge: disableAutoMerge,
  closePullRequest,
  reopenPullRequest,
  markPullRequestReadyForReview: markReady,
  addComment: comment,
  createRef,
  updateRefs,
};

export function makeMutation(asking: Asking): object {
  return Object.fromEntries(
    Object.entries(MUTATIONS).map(([name, mutate]) => [
      name,
      ({ input }: { input: Input }) => ({
        clientMutationId: input["clientMutationId"] ?? null,
        ...mutate(asking, input),
      }),
    ]),
  );
}
