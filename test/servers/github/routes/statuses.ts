import { notFound, refused, unprocessable } from "../errors.ts";
import { apiUrl, repositoryReply } from "../replies/repositories.ts";
import { userReply } from "../replies/users.ts";
import type { Call, Reply, Routes } from "../router.ts";
import { listReply, pageOf, text } from "../router.ts";
import type { CheckRun, Status } from "../state.ts";
import { now } from "../state.ts";

/** The commit that a parameter names. */
export function findCommit({ repository }: Call, revision: unknown): string {
  const sha = repository.git.resolve(text(revision));
  if (sha === undefined) throw unprocessable(`No commit found for SHA: ${text(revision)}`);
  return sha;
}

/** As it stands in the combined state: without its maker. */
function simpleReply({ forge, repository }: Call, status: Status): object {
  return {
    url: `${apiUrl(forge, repository)}/statuses/${status.sha}`,
    avatar_url: `${forge.url}/avatars/u/${status.creator.id}`,
    id: status.id,
    node_id: `SC_${status.id}`,
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    context: status.context,
    created_at: status.createdAt,
    updated_at: status.createdAt,
  };
}

/** GitHub takes no more of a name on a commit. */
const MOST_STATUSES = 1000;

function createStatus(call: Call): Reply {
  const { forge, repository, viewer, body } = call;
  const sha = text(call.params["sha"]);
  if (repository.git.type(sha) !== "commit") throw unprocessable(`No commit found for SHA: ${sha}`);
  if (text(body["description"]).length > 140) {
    throw unprocessable("Validation Failed: description is too long (maximum is 140 characters)");
  }
  const context = text(body["context"] ?? "default");
  const same = repository.statuses.filter((one) => one.sha === sha && one.context === context);
  if (same.length >= MOST_STATUSES)
    throw refused("Status", "This SHA and context has reached the maximum number of statuses.");
  const status: Status = {
    id: forge.takeId(),
    sha,
    state: body["state"] as Status["state"],
    context,
    description: (body["description"] as string | null | undefined) ?? null,
    targetUrl: (body["target_url"] as string | null | undefined) ?? null,
    creator: viewer,
    createdAt: now(forge),
  };
  repository.statuses.push(status);
  return { status: 201, body: { ...simpleReply(call, status), creator: userReply(forge, viewer) } };
}

function listStatuses(call: Call): Reply {
  const { forge, repository } = call;
  const sha = findCommit(call, call.params["ref"]);
  const statuses = repository.statuses.filter((one) => one.sha === sha).toReversed();
  return listReply(call, statuses, (one) => ({
    ...simpleReply(call, one),
    creator: userReply(forge, one.creator),
  }));
}

/** The newest of each context, and what they come to. */
function combineStatuses(call: Call): Reply {
  const { forge, repository } = call;
  const sha = repository.git.resolve(text(call.params["ref"]));
  if (sha === undefined) throw notFound();
  const newest = new Map<string, Status>();
  for (const one of repository.statuses) if (one.sha === sha) newest.set(one.context, one);
  const states = [...newest.values()].map((one) => one.state);
  const failed = states.some((state) => state === "failure" || state === "error");
  const settled = states.length > 0 && states.every((state) => state === "success");
  const page = pageOf(call, [...newest.values()]);
  const api = apiUrl(forge, repository);
  return {
    body: {
      state: failed ? "failure" : settled ? "success" : "pending",
      statuses: page.items.map((one) => simpleReply(call, one)),
      sha,
      total_count: newest.size,
      repository: repositoryReply(forge, repository),
      commit_url: `${api}/commits/${sha}`,
      url: `${api}/commits/${sha}/status`,
    },
    headers: page.headers,
  };
}

function checkRunReply({ forge, repository }: Call, run: CheckRun): object {
  const url = `${apiUrl(forge, repository)}/check-runs/${run.id}`;
  const output = { title: null, summary: null, text: null, annotations_count: 0 };
  return {
    id: run.id,
    node_id: `CR_${run.id}`,
    head_sha: run.sha,
    external_id: "",
    url,
    html_url: null,
    details_url: null,
    status: run.status,
    conclusion: run.conclusion,
    started_at: run.startedAt,
    completed_at: run.status === "completed" ? run.startedAt : null,
    output: { ...output, annotations_url: `${url}/annotations` },
    name: run.name,
    check_suite: { id: run.id },
    app: null,
    pull_requests: [],
  };
}

function listCheckRuns(call: Call): Reply {
  const sha = findCommit(call, call.params["ref"]);
  const name = call.params["check_name"];
  const runs = call.repository.checkRuns.filter(
    (one) => one.sha === sha && (name === undefined || one.name === name),
  );
  const page = pageOf(call, runs);
  return {
    body: { total_count: runs.length, check_runs: page.items.map((one) => checkRunReply(call, one)) },
    headers: page.headers,
  };
}

function createCheckRun(call: Call): Reply {
  const { forge, repository, body } = call;
  const conclusion = body["conclusion"] as string | undefined;
  const run: CheckRun = {
    id: forge.takeId(),
    sha: text(body["head_sha"]),
    name: text(body["name"]),
    status:
      conclusion === undefined
        ? ((body["status"] as CheckRun["status"] | undefined) ?? "queued")
        : "completed",
    conclusion: conclusion ?? null,
    startedAt: now(forge),
  };
  repository.checkRuns.push(run);
  return { status: 201, body: checkRunReply(call, run) };
}

export const statusRoutes: Routes = {
  "repos/create-commit-status": { role: "write", scopes: ["statuses"], handle: createStatus },
  "repos/list-commit-statuses-for-ref": { role: "read", scopes: ["statuses"], handle: listStatuses },
  "repos/get-combined-status-for-ref": { role: "read", scopes: ["statuses"], handle: combineStatuses },
  "checks/list-for-ref": { role: "read", scopes: ["checks"], handle: listCheckRuns },
  "checks/create": { role: "write", scopes: ["checks"], handle: createCheckRun },
};
