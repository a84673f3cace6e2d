import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { OpenedContext } from "../../src/composition/opened-context.ts";
import { isModeltrailError } from "../../src/diagnostics/errors.ts";
import { concludeVerdict, planAnnotations, renderStatuses } from "../../src/report/actions.ts";
import { renderJson } from "../../src/report/documents.ts";
import { renderVerdictComment, renderVerdictSummary } from "../../src/report/markdown/verdict.ts";
import { locateFiles, locateVerdict } from "../../src/report/repository-paths.ts";
import { renderChangeReport } from "../../src/report/text/checks.ts";
import { mapBounded } from "../../src/workflows/bounded.ts";
import {
  judgeGroup,
  type JudgedRequest,
  type JudgedRequests,
  judgeRequests,
} from "../../src/workflows/publish-verdict/judge-requests.ts";
import {
  publishVerdict,
  type Telling,
  withdrawVerdict,
} from "../../src/workflows/publish-verdict/publish.ts";
import { type Environment, requireVariable } from "./environment.ts";
import { readTask, type Task } from "./event.ts";
import { type InputRules, type Inputs, PATH, readInputs, TOKEN, YES_NO } from "./inputs.ts";
import { markerOf, openRegistry } from "./registry.ts";
import { annotate, failStep, runUrl, say, sayPage, setOutput, writeSummary } from "./runner.ts";

export const VALIDATE_INPUTS = {
  ...TOKEN,
  ...PATH,
  artifacts: { fallback: "changed", oneOf: ["none", "changed", "all"] },
  comment: { fallback: "true", oneOf: YES_NO },
  suggest: { fallback: "true", oneOf: YES_NO },
  "pull-request": {},
  pending: { fallback: "fail", oneOf: ["fail", "pass"] },
} as const satisfies InputRules;

const AT_ONCE = 4;

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
  const step = { env, inputs, context, task };
  try {
    const found = await judge(step);
    if (found.ended !== undefined) return failStep(`${found.ended}: only open pull requests are judged`);
    const all = found.judged.map((one) => locate(one, context.prefix));
    await tell(step, all, found.left);
    await publish(step, found, all);
    conclude(step, all, found.left);
  } catch (error) {
    await withdraw(step, error);
    throw error;
  } finally {
    await context.repository.close();
  }
}

function judge({ context, task, inputs }: Step): Promise<JudgedRequests> {
  const artifacts = inputs.artifacts as "none" | "changed" | "all";
  if (task.kind === "group") return judgeGroup(context, task, artifacts);
  if (task.kind === "every") return judgeRequests(context, { artifacts });
  return judgeRequests(context, { artifacts, number: task.number, mending: task.branch });
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
    if (report !== undefined) sayPage(renderChangeReport(report));
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

async function publish(
  step: Step,
  { judged, host }: JudgedRequests,
  all: readonly JudgedRequest[],
): Promise<void> {
  const { context, inputs } = step;
  const failures: unknown[] = [];
  await mapBounded(judged, AT_ONCE, async (one, index) => {
    const shown = all[index] ?? one;
    const comment = inputs.comment === "true" ? commentOf(step, shown) : undefined;
    const telling = {
      statuses: renderStatuses(shown, { prefix: context.prefix, url: runUrl(step.env) }),
      comment,
      suggest: inputs.suggest === "true",
    };
    try {
      await publishVerdict(context, host, one, telling);
    } catch (error) {
      // One that cannot be told keeps no other from being told.
      failures.push(error);
    }
  });
  if (failures.length > 0) throw failures[0];
}

/**
 * Reviewers read what stands in the way. A change that passes from the start needs no more than its statuses; one that
 * goes elsewhere is nobody's business here, and what could not be told is soon told again.
 */
function commentOf({ context }: Step, judged: JudgedRequest): Telling["comment"] {
  const { verdict, report } = judged;
  if (verdict === "unknown") return undefined;
  const isTelling = verdict !== "pass" || report?.gates.some((gate) => gate.findings.length > 0) === true;
  return {
    marker: markerOf("verdict", context.prefix),
    body: renderVerdictComment(judged),
    create: report !== undefined && isTelling,
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

/** A success that stood there is no longer known to be true. */
async function withdraw({ env, context, task }: Step, error: unknown): Promise<void> {
  const head = task.kind === "every" ? undefined : task.head;
  if (head === undefined) return;
  const reason = isModeltrailError(error) ? error.message : "Modeltrail has a bug";
  const [status] = renderStatuses(
    { head, verdict: "unknown", reason },
    { prefix: context.prefix, url: runUrl(env) },
  );
  await withdrawVerdict(context, head, status);
}
