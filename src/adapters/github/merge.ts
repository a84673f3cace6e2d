import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { Proposal, PullRequestProgress } from "../../ports/forge.ts";
import { GitHubError } from "./errors.ts";
import { isOwn, type Place, type PullReply, toPullRequest } from "./pulls.ts";
import { settle } from "./settle.ts";

/** What only the single reply of a pull request says. */
interface FullPullReply extends PullReply {
  readonly merge_commit_sha: string | null;
  readonly mergeable_state: string;
  readonly auto_merge: object | null;
}

async function readPull({ api: { rest, repo } }: Place, number: number): Promise<FullPullReply> {
  try {
    return (await rest.pulls.get({ ...repo, pull_number: number })).data;
  } catch (error) {
    if (!(error instanceof GitHubError) || error.httpStatus !== 404) throw error;
    throw noProposal(number, `is no pull request of ${repo.owner}/${repo.repo} that the token may see`);
  }
}

/** Rejects with NOT_FOUND for what cannot be judged or merged as a proposal. */
export async function readNumbered(place: Place, number: number): Promise<Required<Proposal>> {
  const pull = await readPull(place, number);
  if (pull.merged_at !== null) throw noProposal(number, "is merged already");
  if (pull.state !== "open") throw noProposal(number, "is closed");
  if (!isOwn(pull))
    throw noProposal(number, "comes from a fork", "Push its branch to the repository itself.");
  if (pull.base.ref !== place.base) throw noProposal(number, `goes into ${pull.base.ref}, not ${place.base}`);
  const head = await place.branches.tipOnceAt(pull.head.ref, pull.head.sha);
  if (head === undefined) throw noProposal(number, "has lost its branch");
  return { branch: pull.head.ref, head, request: toPullRequest(pull) };
}

function noProposal(
  number: number,
  what: string,
  hint = "modeltrail proposals lists open ones.",
): ModeltrailError {
  return new ModeltrailError("NOT_FOUND", `#${number} ${what}`, { hint });
}

const BLOCKS: ReadonlySet<string> = new Set(["behind", "blocked", "dirty", "draft"]);

export async function readProgress(place: Place, number: number): Promise<PullRequestProgress> {
  const pull = await readPull(place, number);
  const ends = { branch: pull.head.ref, head: pull.head.sha };
  if (pull.merged_at !== null) return { state: "merged", ...ends, commit: pull.merge_commit_sha ?? "" };
  if (pull.state !== "open") return { state: "closed", ...ends };
  const { mergeable_state: state } = pull;
  return BLOCKS.has(state) ? { state: "open", ...ends, blockedBy: state } : { state: "open", ...ends };
}

type Method = "merge" | "squash" | "rebase";

interface Settings {
  readonly methods: readonly Method[];
  readonly autoMerge: boolean;
}

/** Those that the repository's settings allow; a token that may not see settings gets none, so all are tried. */
async function readSettings({ api: { rest, repo } }: Place): Promise<Settings> {
  const { data } = await rest.repos.get(repo);
  const methods: Method[] = [];
  if (data.allow_merge_commit !== false) methods.push("merge");
  if (data.allow_squash_merge !== false) methods.push("squash");
  if (data.allow_rebase_merge !== false) methods.push("rebase");
  return { methods, autoMerge: data.allow_auto_merge !== false };
}

/** Refusals of one method, by settings, protection or rulesets; another may be allowed. */
const WRONG_METHOD = /merge(s| commits) are not allowed|must not contain merge commits|merge method/i;
/** The base moved while GitHub merged: nothing was done, and the next try sees the new base. */
const BASE_MOVED = /base branch was modified/i;
const BASE_TRIES = 3;

export async function mergePull(
  place: Place,
  number: number,
  head: string,
): Promise<{ readonly commit: string }> {
  const { methods } = await readSettings(place);
  let refusal: unknown;
  for (const method of methods) {
    try {
      return await mergeBy(place, { number, head, method });
    } catch (error) {
      refusal = error;
      if (!isRefusal(error) || !WRONG_METHOD.test(error.said)) break;
    }
  }
  // What it refuses to merge may be merged: by a run whose reply was lost, or by somebody else.
  const isAnswer = refusal instanceof GitHubError && [405, 409, 422].includes(refusal.httpStatus ?? 0);
  const merged = isAnswer ? await findMerged(place, number, head) : undefined;
  if (merged !== undefined) return merged;
  throw mergeError(refusal, number);
}

interface Merge {
  readonly number: number;
  readonly head: string;
  readonly method: Method;
}

async function mergeBy(place: Place, { number, head, method }: Merge): Promise<{ readonly commit: string }> {
  const { rest, repo } = place.api;
  const request = { ...repo, pull_number: number, sha: head, merge_method: method };
  for (let attempt = 1; ; attempt++) {
    try {
      return await settle(
        async () => ({ commit: (await rest.pulls.merge(request)).data.sha }),
        () => findMerged(place, number, head),
      );
    } catch (error) {
      if (attempt === BASE_TRIES || !isRefusal(error) || !BASE_MOVED.test(error.said)) throw error;
    }
  }
}

/** What a pull request became, if it was merged at exactly that head. */
async function findMerged(
  place: Place,
  number: number,
  head: string,
): Promise<{ readonly commit: string } | undefined> {
  const pull = await readPull(place, number);
  if (pull.merged_at === null || pull.head.sha !== head || pull.merge_commit_sha === null) return undefined;
  return { commit: pull.merge_commit_sha };
}

function isRefusal(error: unknown): error is GitHubError {
  return error instanceof GitHubError && (error.httpStatus === 405 || error.httpStatus === 422);
}

function mergeError(error: unknown, number: number): unknown {
  if (error === undefined) return refused(number, "the repository allows no way of merging");
  if (!(error instanceof GitHubError)) return error;
  if (error.httpStatus === 409) {
    return new ModeltrailError("CONFLICT", `#${number} was not merged: ${error.said}`, {
      hint: "Run the command again: what the branch holds now is then judged.",
      cause: error,
    });
  }
  return isRefusal(error) ? refused(number, error.said, error) : error;
}

function refused(number: number, why: string, cause?: unknown): ModeltrailError {
  return new ModeltrailError("MERGE_REFUSED", `GitHub does not let #${number} be merged: ${why}`, {
    hint: "The rules of the branch say what is missing; the pull request's page shows it.",
    cause,
  });
}

const ARM = `mutation ($pull: ID!, $by: PullRequestMergeMethod!, $head: GitObjectID!) {
  enablePullRequestAutoMerge(input: { pullRequestId: $pull, mergeMethod: $by, expectedHeadOid: $head }) {
    clientMutationId
  }
}`;

/** Lets GitHub merge it once the rules of its base are met; armed already, it writes nothing. */
export async function armAutoMerge(place: Place, number: number, head: string): Promise<void> {
  const pull = await readPull(place, number);
  if (pull.head.sha !== head) {
    throw new ModeltrailError("CONFLICT", `#${number} was moved by somebody else`, {
      hint: "Run the command again: what the branch holds now is then judged.",
    });
  }
  if (pull.merged_at !== null || pull.auto_merge !== null) return;
  const { methods, autoMerge } = await readSettings(place);
  if (!autoMerge || methods.length === 0)
    throw notArmed(number, "auto-merge is not enabled in this repository");
  let refusal: unknown;
  for (const method of methods) {
    try {
      await armBy(place, pull, { number, head, method });
      return;
    } catch (error) {
      if (!(error instanceof GitHubError) || error.code !== "INVALID_INPUT") throw error;
      refusal = notArmed(number, error.said, error);
      if (!WRONG_METHOD.test(error.said)) break;
    }
  }
  throw refusal;
}

async function armBy(
  place: Place,
  { node_id: pull }: FullPullReply,
  { number, head, method }: Merge,
): Promise<void> {
  await settle<true>(
    async () => {
      await place.api.graphql(ARM, { pull, by: method.toUpperCase(), head });
      return true;
    },
    async () => {
      const now = await readPull(place, number);
      return now.merged_at !== null || now.auto_merge !== null ? true : undefined;
    },
  );
}

/** GitHub arms nothing that could be merged now, and nothing without a rule to wait for. */
function notArmed(number: number, why: string, cause?: unknown): ModeltrailError {
  const isClean = /clean status/i.test(why);
  return new ModeltrailError("MERGE_REFUSED", `#${number} cannot be merged by GitHub itself: ${why}`, {
    hint: isClean
      ? `Nothing stands in its way: modeltrail merge ${number}.`
      : "It takes Settings > General > Allow auto-merge, and a rule of the base branch to wait for.",
    cause,
  });
}
