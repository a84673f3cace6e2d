import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { OpenedContext } from "../../src/composition/opened-context.ts";
import { concludeVerdict, planAnnotations } from "../../src/report/actions.ts";
import { renderJson } from "../../src/report/documents.ts";
import { renderVerdictSummary } from "../../src/report/markdown/verdict.ts";
import { locateFiles, locateVerdict } from "../../src/report/repository-paths.ts";
import { renderChangeReport } from "../../src/report/text/checks.ts";
import { renderVerdict } from "../../src/report/text/verdict.ts";
import type { ArtifactScope } from "../../src/workflows/judge/judge.ts";
import {
  judgeGroup,
  type JudgedRequest,
  type JudgedRequests,
  judgeRequests,
} from "../../src/workflows/publish-verdict/judge-requests.ts";
import { findNamedBranch } from "../../src/workflows/read/named-branch.ts";
import { type Environment, requireVariable } from "./environment.ts";
import { notToMain, type PushedBranch, readTask, type Task } from "./event.ts";
import { type InputRules, type Inputs, PATH, readInputs, TOKEN, YES_NO } from "./inputs.ts";
import { publishVerdicts, type PublishedVerdicts, type Publishing, reasonOf } from "./publish-verdicts.ts";
import { openRegistry } from "./registry.ts";
import { annotate, failStep, say, sayPage, setOutput, writeSummary } from "./runner.ts";
import {
  complain,
  takeBackBefore,
  takeBackClosed,
  takeBackDropped,
  takeBackEarly,
  takeBackOthers,
  withdrawOnError,
} from "./take-back.ts";

export const VALIDATE_INPUTS = {
  ...TOKEN,
  ...PATH,
  artifacts: { fallback: "changed", oneOf: ["none", "changed", "all"] },
  comment: { fallback: "true", oneOf: YES_NO },
  suggest: { fallback: "true", oneOf: YES_NO },
  "pull-request": {},
  pending: { fallback: "fail", oneOf: ["fail", "pass"] },
} as const satisfies InputRules;

interface Step {
  readonly env: Environment;
  readonly inputs: Inputs<typeof VALIDATE_INPUTS>;
  readonly context: OpenedContext;
  readonly task: Task;
}

/** Judges what the event is about, and says so wherever people look. */
export async function runValidate(env: Readonly<Record<string, string>>): Promise<void> {
  const inputs = readInputs(VALIDATE_INPUTS, env);
  const task = readTask(env, inputs["pull-request"]);
  const context = await openRegistry(env, inputs);
  const publishing = publishingOf({ env, inputs, context, task });
  try {
    if (task.kind === "closed") return await takeBackClosed(publishing, task.number);
    if (task.kind === "dropped") return await dropped(publishing, task);
    if (task.kind === "every" && task.pushed !== undefined) await requireRegistryBranch(context, task.pushed);
    if (task.kind === "request") await takeBackBefore(publishing, task);
    await judgeAndTell({ env, inputs, context, task }, publishing);
  } finally {
    await context.repository.close();
  }
}

function publishingOf({ env, inputs, context, task }: Step): Publishing {
  return {
    env,
    context,
    comment: inputs.comment === "true",
    suggest: inputs.suggest === "true",
    artifacts: inputs.artifacts as ArtifactScope,
    isAboutAll: task.kind === "every",
    head: task.kind === "every" ? undefined : task.head,
    number: task.kind === "request" ? task.number : undefined,
  };
}

async function dropped(publishing: Publishing, { head, isMerged }: Dropped): Promise<void> {
  if (isMerged) say("The merge group is merged.");
  else await takeBackDropped(publishing, head);
}

type Dropped = Extract<Task, { readonly kind: "dropped" }>;

/** Verdicts rest on the branch that the policy of the default one names, and on that alone. */
async function requireRegistryBranch(context: OpenedContext, { branch, main }: PushedBranch): Promise<void> {
  const named = (await findNamedBranch(context))?.name ?? main;
  if (branch !== named) throw notToMain(branch, named);
}

/** What was overtaken while it was written is judged once more: no other run may be on its way. */
const MOST_ROUNDS = 2;

async function judgeAndTell(step: Step, publishing: Publishing): Promise<void> {
  let last: Round | undefined;
  for (let round = 1; round <= MOST_ROUNDS; round += 1) {
    const found = await judge(step, publishing).catch(async (error: unknown) => {
      await withdrawOnError(publishing, error);
      throw error;
    });
    if (found.ended !== undefined && last === undefined)
      return failStep(`${found.ended}: only open pull requests are judged`);
    // Closed while it was judged: what was written stands.
    if (found.ended !== undefined) break;
    const shown = found.judged.map((one) => locate(one, step.context.prefix));
    last = { found, published: await publishVerdicts(publishing, found, shown) };
    const { isOvertaken, failures } = last.published;
    if (!isOvertaken || failures.length > 0) break;
  }
  if (last !== undefined) await finish(step, publishing, last);
}

interface Round {
  readonly found: JudgedRequests;
  readonly published: PublishedVerdicts;
}

async function finish(step: Step, publishing: Publishing, { found, published }: Round): Promise<void> {
  const { told } = published;
  await tell(step, told, found.left.length);
  await settle(publishing, found, published);
  conclude(step, told, found.left.length);
}

/** What is left to be done when each was told; throws what kept one from being told. */
async function settle(
  publishing: Publishing,
  found: JudgedRequests,
  { failures, untaken }: PublishedVerdicts,
): Promise<void> {
  const [first, ...others] = failures;
  complain(untaken);
  if (publishing.isAboutAll) await takeBackOthers(publishing, found);
  if (failures.length === 0) return;
  // Of many, each was told what is known of it.
  if (!publishing.isAboutAll) await withdrawOnError(publishing, first);
  for (const error of others) annotate("error", reasonOf(error));
  throw first;
}

function judge({ context, task, inputs }: Step, publishing: Publishing): Promise<JudgedRequests> {
  const artifacts = inputs.artifacts as ArtifactScope;
  if (task.kind === "group") return judgeGroup(context, task, artifacts);
  if (task.kind !== "request")
    return judgeRequests(context, { artifacts, denied: takeBackEarly(publishing) });
  const { number, branch: mending } = task;
  return judgeRequests(context, { artifacts, number, mending });
}

/** With files named from the repository's root. */
function locate(judged: JudgedRequest, prefix: string): JudgedRequest {
  const { report } = judged;
  if (report === undefined) return judged;
  const suggestions = locateFiles(report.suggestions, prefix);
  return { ...judged, report: { ...locateVerdict(report, prefix), suggestions } };
}

/** In the log, at the lines of files, on the page of the run, and for the steps that follow. */
async function tell({ env, task }: Step, all: readonly JudgedRequest[], left: number): Promise<void> {
  for (const judged of all) {
    const { request, report } = judged;
    sayPage([
      [],
      [
        `${request === undefined ? "The merge group" : `#${request.request.number}`}: ${concludeVerdict(judged)}`,
      ],
    ]);
    if (report === undefined) continue;
    // What the gates alone say must not be taken for the verdict.
    const isLess = report.verdict === "pass" && judged.verdict !== "pass";
    sayPage(isLess ? renderVerdict(report) : renderChangeReport(report));
  }
  const findings = all.flatMap(({ report }) => report?.gates.flatMap((gate) => gate.findings) ?? []);
  // Of many pull requests nobody could tell whose line it is.
  if (task.kind !== "every") {
    const { shown, left: hidden } = planAnnotations(findings);
    for (const { level, message, ...place } of shown) annotate(level, message, place);
    if (hidden > 0) say(`${hidden} more findings stand on the page of the run.`);
  }
  setOutput("findings", findings.length);
  const path = join(requireVariable(env, "RUNNER_TEMP"), "modeltrail-verdict.json");
  writeFileSync(path, renderJson(task.kind === "every" ? all.map(toDocument) : all.map(toDocument)[0]));
  setOutput("report", path);
  await writeSummary(renderVerdictSummary(all, left));
}

function toDocument({ request, head, verdict, reason, report }: JudgedRequest): object {
  return {
    verdict,
    head,
    ...(request === undefined
      ? {}
      : { pullRequest: { number: request.request.number, url: request.request.url } }),
    ...(reason === undefined ? {} : { reason }),
    ...(report === undefined ? {} : { report }),
  };
}

/** The worst comes last. */
const ORDER = ["pass", "pending", "not-verified", "fail", "unknown"] as const;

function conclude({ task, inputs }: Step, all: readonly JudgedRequest[], left: number): void {
  const untold = all.find(({ verdict }) => verdict === "unknown");
  if (untold !== undefined) throw untold.error;
  if (left > 0) return failStep(`${left} open pull requests were not judged: there are too many for one run`);
  const [worst] = all.toSorted((a, b) => ORDER.indexOf(b.verdict) - ORDER.indexOf(a.verdict));
  setOutput("verdict", worst?.verdict ?? "pass");
  // A run over all of them has done its work when each was told; what it told stands on each.
  if (task.kind === "every" || worst === undefined || worst.verdict === "pass") return;
  if (worst.verdict === "pending" && inputs.pending === "pass") return;
  failStep(concludeVerdict(worst));
}
