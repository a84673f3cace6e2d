import { isModeltrailError } from "../../src/diagnostics/errors.ts";
import {
  type GivenUp,
  type Search,
  takeBackEnded,
  takeBackFormer,
  takeBackGivenUp,
} from "../../src/workflows/publish-verdict/given-up.ts";
import type { JudgedRequests, JudgeOptions } from "../../src/workflows/publish-verdict/judge-requests.ts";
import { openHost } from "../../src/workflows/publish-verdict/judging-place.ts";
import { courtesy } from "../../src/workflows/publish-verdict/publish.ts";
import {
  takeBackSuccesses,
  toStanding,
  type Untaken,
  withdrawAll,
  withdrawVerdict,
} from "../../src/workflows/publish-verdict/withdraw.ts";
import type { RequestTask } from "./event.ts";
import { type Publishing, reasonOf, statusesOf, statusOf } from "./publish-verdicts.ts";
import { annotate, failStep, say } from "./runner.ts";

/** Where a success stands that nobody may be let in by any more. Each that stays is an error of the step. */

const REASONS: Readonly<Record<GivenUp, string>> = {
  closed: "it was closed, and is judged again when it is reopened",
  merged: "it was merged; a new pull request is judged anew",
  left: "no open pull request stands at this commit any more; one that comes back to it is judged anew",
};

function sayOf(publishing: Publishing): (why: GivenUp) => ReturnType<typeof statusOf> {
  return (why) => statusOf(publishing, "pending", REASONS[why]);
}

/** Says of each that it stays, and fails the step. */
export function complain(untaken: readonly Untaken[]): void {
  for (const { commit, number, error } of untaken) {
    const hint = isModeltrailError(error) ? error.hint : undefined;
    const whose = number === undefined ? "a merge group" : `#${number}`;
    const more = hint === undefined ? "" : ` → ${hint}`;
    failStep(
      `The success of ${whose}, on commit ${commit.slice(0, 12)}, could not be taken back: ${reasonOf(error)}${more}`,
    );
  }
}

/** A success that stood there is no longer known to be true. */
export async function withdrawOnError(publishing: Publishing, error: unknown): Promise<void> {
  const { context, artifacts, isAboutAll, head, number } = publishing;
  const status = statusOf(publishing, "unknown", reasonOf(error));
  if (!isAboutAll) {
    const untaken = await withdrawVerdict(context, { head, number }, status);
    // Of a fork's run, or one that Dependabot started, nobody expects that it may.
    complain(untaken.filter((one) => !isForbidden(one.error)));
    for (const one of untaken)
      if (isForbidden(one.error)) annotate("warning", `the status was not set: ${reasonOf(one.error)}`);
    return;
  }
  await attempt("Open pull requests were not asked for their successes", async () => {
    complain(await withdrawAll(context, status, { error, artifacts }));
  });
  await takeBackOthers(publishing, undefined);
}

function isForbidden(error: unknown): boolean {
  return isModeltrailError(error) && error.code === "FORBIDDEN";
}

/** What is not found out is an error of the step, and stops nothing. */
async function attempt(what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isModeltrailError(error)) throw error;
    failStep(`${what}: ${error.message}`);
  }
}

/** The commits that a pull request stood at before. Of a fork's no run may. */
export async function takeBackBefore(publishing: Publishing, task: RequestTask): Promise<void> {
  const { number, head, before, branch } = task;
  if (head === undefined || branch === undefined) return;
  await attempt(`The commits that #${number} stood at before were not looked for`, async () => {
    report(await takeBackFormer(publishing.context, { number, head, before }, sayOf(publishing)));
  });
}

/** All other commits of pull requests. Without `found` it could not be told which branch successes are for. */
export async function takeBackOthers(
  publishing: Publishing,
  found: JudgedRequests | undefined,
): Promise<void> {
  const base = found?.base;
  const open = [...(found?.judged ?? []).flatMap(({ request }) => request ?? []), ...(found?.left ?? [])];
  const known = new Set(open.filter((one) => !one.isFork && one.base === base).map(({ head }) => head));
  await attempt("Successes of pull requests that were closed were not looked for", async () => {
    report(await takeBackGivenUp(publishing.context, { known, base }, sayOf(publishing)));
  });
}

function report({ untaken, left }: Search): void {
  complain(untaken);
  if (left > 0)
    annotate("warning", `${left} more successes that nobody stands for are left for the next run`);
}

/** The head of a pull request that was closed or merged. */
export async function takeBackClosed(publishing: Publishing, number: number): Promise<void> {
  const { state, untaken } = await takeBackEnded(publishing.context, number, sayOf(publishing));
  complain(untaken);
  const more = state === "closed" ? "; it is judged again when it is reopened" : "";
  say(`#${number} is ${state === "merged" ? "merged" : `${state} now`}${more}.`);
}

/** The commit of a group that a merge queue gave up. */
export async function takeBackDropped(publishing: Publishing, head: string): Promise<void> {
  const host = await openHost(publishing.context);
  const from = [{ commit: head, number: undefined }];
  if (host !== undefined) complain(await takeBackSuccesses(host, from, () => sayOf(publishing)("left")));
  say("The merge group was given up; its pull requests are judged again when they are in another.");
}

/** Of many, the last is told minutes after the first was judged: what is denied loses its success at once. */
export function takeBackEarly(publishing: Publishing): JudgeOptions["denied"] {
  let carried: Promise<ReadonlySet<string>> | undefined;
  return (host, judged) =>
    courtesy(publishing.context, "a success was not taken back early", async () => {
      const status = statusesOf(publishing, judged)[0];
      carried ??= host.listSuccesses(status.name).then((all) => new Set(all.map(({ commit }) => commit)));
      if (judged.request === undefined || !(await carried).has(judged.head)) return;
      // What stays is told when all are: it is written once more then.
      await takeBackSuccesses(host, [toStanding(judged.request)], () => status);
    });
}
