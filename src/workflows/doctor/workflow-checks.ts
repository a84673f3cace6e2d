import type { Answer } from "./check.ts";
import { checkArtifacts, checkBefore, checkPins, checkRights, checkStep } from "./step-checks.ts";
import {
  fail,
  type FoundWorkflow,
  type Problem,
  type Use,
  usesOf,
  warn,
  type Whose,
} from "./workflow-uses.ts";

/** What was said of a workflow, and whether there is one at all. */
export interface WorkflowAnswer extends Answer {
  readonly isThere: boolean;
}

/** Whether the verdict is reported on every pull request, by a fixed version, with no more rights than it takes. */
export function checkVerdictWorkflow(found: readonly FoundWorkflow[], whose: Whose): WorkflowAnswer {
  const uses = usesOf(found, "validate", whose);
  const judging = uses.filter(({ workflow }) => workflow.triggers.has("pull_request"));
  const [first] = judging;
  if (first === undefined) return missing(uses, "pull_request", whose);
  return judge(first, [
    ...untrusted(uses),
    ...narrowed(first),
    ...forgetful(uses, whose),
    ...checkStep(first),
    ...checkBefore(first, { checkout: true }),
    ...checkArtifacts(first, whose),
    ...checkPins(first),
    ...checkRights(first, {
      contents: "read",
      "pull-requests": "write",
      statuses: "write",
      "id-token": "write",
    }),
  ]);
}

/** Whether what reaches the default branch is recorded, and no run is cut short for a newer one. */
export function checkAuditWorkflow(found: readonly FoundWorkflow[], whose: Whose): WorkflowAnswer {
  const uses = usesOf(found, "record", whose);
  const recording = uses.filter(({ workflow }) => workflow.triggers.has("push"));
  const [first] = recording;
  if (first === undefined) return missing(uses, "push", whose);
  const { workflow, job } = first;
  const isShallow = job.steps.some(
    ({ uses: step, inputs }) => step.startsWith("actions/checkout@") && String(inputs["fetch-depth"]) !== "0",
  );
  return judge(first, [
    ...untrusted(uses),
    ...(first.conditional ? [warn("does not always run: take its if: and needs: away")] : []),
    ...(workflow.cancels
      ? [warn("lets a newer run end one that is under way: set cancel-in-progress to false")]
      : []),
    ...(isShallow ? [warn("checks out without history: give actions/checkout fetch-depth: 0")] : []),
    ...checkStep(first),
    ...checkBefore(first, { checkout: false }),
    ...checkPins(first),
    ...checkRights(first, {
      contents: "write",
      "pull-requests": "write",
      statuses: "read",
      "id-token": "write",
    }),
  ]);
}

function missing(uses: readonly Use[], trigger: "pull_request" | "push", { github }: Whose): WorkflowAnswer {
  const [elsewhere] = uses;
  const lack = trigger === "push" ? "records what was merged" : "posts the verdict on pull requests";
  return {
    isThere: false,
    status: "warn",
    message: elsewhere === undefined ? `no workflow ${lack}` : `${elsewhere.path} does not run on ${trigger}`,
    hint: `Run modeltrail init --github ${github}, and push what it writes.`,
  };
}

function judge({ path }: Use, problems: readonly Problem[]): WorkflowAnswer {
  if (problems.length === 0)
    return {
      isThere: true,
      status: "ok",
      message: `${path} runs at a fixed commit with the rights it takes`,
    };
  const isFailing = problems.some(({ status }) => status === "fail");
  return {
    isThere: true,
    status: isFailing ? "fail" : "warn",
    message: `${path} ${problems.map(({ text }) => text).join("; it ")}`,
    hint: "Compare it with what modeltrail init --github writes once the file is gone.",
  };
}

/** With these, a stranger's pull request meets the rights and secrets of the repository. */
function untrusted(uses: readonly Use[]): readonly Problem[] {
  return uses.flatMap(({ workflow }) =>
    ["pull_request_target", "workflow_run"]
      .filter((trigger) => workflow.triggers.has(trigger))
      .map((trigger) => fail(`runs on ${trigger}, which our actions refuse`)),
  );
}

/** A required status that is never reported waits for ever. */
function narrowed({ workflow, conditional }: Use): readonly Problem[] {
  const narrowing = workflow.triggers.get("pull_request") ?? {};
  const keys = ["paths", "paths-ignore", "branches", "branches-ignore"].filter(
    (key) => narrowing[key] !== undefined,
  );
  const types = narrowing["types"];
  const isDeaf =
    Array.isArray(types) && ["opened", "reopened", "synchronize"].some((type) => !types.includes(type));
  return [
    ...keys.map((key) =>
      fail(`looks at some pull requests only, by ${key}: on the others a required verdict waits for ever`),
    ),
    ...(isDeaf ? [warn("does not hear of new commits: its types lack opened, reopened or synchronize")] : []),
    ...(conditional ? [fail("does not always run: take its if: and needs: away")] : []),
  ];
}

/** A verdict holds for the base and the time that it was given at. */
function forgetful(uses: readonly Use[], { branch }: Whose): readonly Problem[] {
  const triggers = uses.map((use) => use.workflow.triggers);
  const hears = triggers.some((each) => each.has("push") && isHeard(each.get("push") ?? {}, branch));
  return [
    ...(hears ? [] : [warn(`does not run on every push to ${branch}, so old verdicts stay when it moves`)]),
    ...(triggers.some((each) => each.has("schedule"))
      ? []
      : [warn("does not run on a schedule, so what only waits never turns green")]),
  ];
}

/** Whether pushes to a branch start it, all of them; a pattern may match any branch. */
function isHeard(narrowing: Readonly<Record<string, unknown>>, branch: string): boolean {
  const { branches, "branches-ignore": ignored } = narrowing;
  const names = (list: unknown): readonly string[] => [list ?? []].flat().map(String);
  if (narrowing["paths"] !== undefined || narrowing["paths-ignore"] !== undefined) return false;
  if (branches !== undefined) return names(branches).some((name) => name === branch || /[*?+[]/.test(name));
  if (ignored !== undefined) return !names(ignored).includes(branch);
  return narrowing["tags"] === undefined && narrowing["tags-ignore"] === undefined;
}
