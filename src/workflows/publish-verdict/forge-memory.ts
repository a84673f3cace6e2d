import type { Enrichment } from "../../audit/enrichment.ts";
import type { Registry } from "../../manifest/types.generated.ts";
import type { BroughtRequest, PullRequests } from "../../ports/forge.ts";
import { statusName } from "../../registry/status-name.ts";
import type { Enrich } from "../audit/enrich.ts";
import type { Context } from "../context.ts";
import { readApprovals } from "../judge/approvals.ts";
import { toTimestamp } from "../timestamps.ts";

/** Where to ask, and for which run. */
export interface MemoryOptions {
  /** The repository on its host. */
  readonly host: NonNullable<Registry["spec"]["forge"]>;
  /** The default branch, without `refs/heads/`; asked for when it is needed. */
  readonly base: () => Promise<string>;
  /** The workflow run that records. */
  readonly run: { readonly id: string; readonly url: string };
}

/** What the forge remembers of the commits of the default branch. */
export interface ForgeMemory {
  readonly enrich: Enrich;
  /** The pull request that brought a commit; undefined for a push. */
  readonly requestOf: (commit: string) => Promise<BroughtRequest | undefined>;
  readonly host: () => Promise<PullRequests | undefined>;
}

/** Opens nothing before the first question; each commit is asked for once. */
export function recallFromForge(context: Context, { host: named, base, run }: MemoryOptions): ForgeMemory {
  let opened: Promise<PullRequests | undefined> | undefined;
  const known = new Map<string, Promise<BroughtRequest | undefined>>();
  const host = (): Promise<PullRequests | undefined> => (opened ??= open(context, named, base));
  const ask = async (commit: string): Promise<BroughtRequest | undefined> => {
    const all = (await (await host())?.broughtBy(commit)) ?? [];
    // One may hold the commits of another that was merged into it first.
    return all.find((one) => one.commit === commit) ?? all[0];
  };
  const requestOf = (commit: string): Promise<BroughtRequest | undefined> => {
    const asked = known.get(commit) ?? ask(commit);
    known.set(commit, asked);
    return asked;
  };
  return {
    host,
    requestOf,
    enrich: async (source) => {
      const forge = await host();
      if (forge === undefined) return undefined;
      const recordedAt = toTimestamp(Math.floor(context.now().getTime() / 1000));
      const brought = await requestOf(source);
      const told = brought === undefined ? {} : await tell(context, forge, brought);
      return { ...told, run, recordedAt };
    },
  };
}

async function open(
  context: Context,
  host: MemoryOptions["host"],
  base: MemoryOptions["base"],
): Promise<PullRequests | undefined> {
  const scope = { branchPrefix: "", push: true, base: await base(), host };
  return (await context.openForge(context.repository, scope)).pullRequests;
}

async function tell(
  { notices, prefix }: Context,
  forge: PullRequests,
  brought: BroughtRequest,
): Promise<Omit<Enrichment, "recordedAt">> {
  const { request, head, mergedBy } = brought;
  const { number, url, title, author } = request;
  const approvals = await readApprovals(forge, { request, head }, notices);
  const gates = await readGates(forge, head, prefix);
  return {
    pullRequest: { number, url, title, author, ...(mergedBy === undefined ? {} : { mergedBy }) },
    ...(approvals === undefined ? {} : { approvals: await datesOf(forge, brought, approvals) }),
    ...(gates === undefined ? {} : { gates }),
  };
}

/** When those whose approval counts gave it. */
async function datesOf(
  forge: PullRequests,
  { request, head }: BroughtRequest,
  approvers: readonly string[],
): Promise<NonNullable<Enrichment["approvals"]>> {
  if (approvers.length === 0) return [];
  const given = (await forge.reviews(request.number)).filter(
    (review) => review.state === "approved" && review.head === head,
  );
  return approvers.map((login) => {
    const last = given.findLast((review) => review.login === login);
    return { login, at: toTimestamp(last?.at ?? 0) };
  });
}

/** What was said on the commit of what files cannot decide. */
async function readGates(forge: PullRequests, head: string, prefix: string): Promise<Enrichment["gates"]> {
  const statuses = await forge.statuses(head);
  const found = (["artifact", "approvals"] as const).flatMap((gate) => {
    const status = statuses.find(({ name }) => name === statusName(prefix, gate));
    return status === undefined
      ? []
      : [[gate, { state: status.state, description: status.description }] as const];
  });
  return found.length === 0 ? undefined : Object.fromEntries(found);
}
