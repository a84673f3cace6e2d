import { checkState } from "../protection.ts";
import type { Repository } from "../state.ts";
import { type PageArguments, connect } from "./connection.ts";

/** What the newest status and check run of each name say of a commit; null without any. */
export function rollupNode(repository: Repository, oid: string): object | null {
  const statuses = new Set(repository.statuses.filter((one) => one.sha === oid).map((one) => one.context));
  const runs = new Set(repository.checkRuns.filter((one) => one.sha === oid).map((one) => one.name));
  const names = [...new Set([...statuses, ...runs])];
  if (names.length === 0) return null;
  const states = names.map((name) => checkState(repository, oid, name));
  const failed = states.includes("failure");
  return {
    id: `SCR_${oid}`,
    state: failed ? "FAILURE" : states.includes("pending") ? "PENDING" : "SUCCESS",
    contexts: (asked: PageArguments) =>
      connect("contexts", names, asked, (name) =>
        statuses.has(name) ? contextNode(repository, oid, name) : runNode(repository, oid, name),
      ),
  };
}

/** What the newest status of each name says of a commit; null without any. */
export function statusNode(repository: Repository, oid: string): object | null {
  const names = new Set(repository.statuses.filter((one) => one.sha === oid).map((one) => one.context));
  if (names.size === 0) return null;
  return {
    id: `ST_${oid}`,
    contexts: () => [...names].map((name) => contextNode(repository, oid, name)),
    context: ({ name }: { name: string }) => (names.has(name) ? contextNode(repository, oid, name) : null),
  };
}

function contextNode(repository: Repository, oid: string, context: string): object {
  const status = repository.statuses.findLast((one) => one.sha === oid && one.context === context);
  return {
    __typename: "StatusContext",
    id: `SC_${status?.id ?? 0}`,
    context,
    state: status?.state.toUpperCase(),
    description: status?.description ?? null,
    targetUrl: status?.targetUrl ?? null,
    createdAt: status?.createdAt,
  };
}

function runNode(repository: Repository, oid: string, name: string): object {
  const run = repository.checkRuns.findLast((one) => one.sha === oid && one.name === name);
  return {
    __typename: "CheckRun",
    id: `CR_${run?.id ?? 0}`,
    name,
    status: run?.status.toUpperCase(),
    conclusion: run?.conclusion?.toUpperCase() ?? null,
  };
}
