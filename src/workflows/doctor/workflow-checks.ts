import type { Answer } from "./check.ts";
import { checkRights, type Rights } from "./rights-checks.ts";
import {
  checkArtifacts,
  checkBefore,
  checkCheckout,
  checkContainer,
  checkPins,
  checkSource,
  checkStep,
} from "./step-checks.ts";
import { deaf, hasTrigger, hearsPushes, narrowed, untrusted } from "./trigger-checks.ts";
import {
  type FoundWorkflow,
  type Problem,
  strangersOf,
  type Use,
  usesOf,
  warn,
  type Whose,
} from "./workflow-uses.ts";

/** What was said of a workflow, and whether there is one at all. */
export interface WorkflowAnswer extends Answer {
  readonly isThere: boolean;
}

/** Whether the verdict is reported on every pull request, by a fixed version, with the rights that it takes. */
export function checkVerdictWorkflow(found: readonly FoundWorkflow[], whose: Whose): WorkflowAnswer {
  const uses = usesOf(found, "validate", whose);
  const strangers = strangersOf(found, "validate", whose);
  const judging = uses.filter(({ workflow }) => workflow.triggers.has("pull_request"));
  const [first] = judging;
  if (first === undefined) return missing({ uses, strangers }, "pull_request", whose);
  // One that always runs is enough: another may look at what it likes, with no more rights than that one.
  const always = judging.filter((use) => narrowed(use).length === 0);
  return judge({ uses, strangers }, (use) => [
    ...untrusted(use),
    ...(always.length === 0 && judging.includes(use) ? narrowed(use) : []),
    ...(use === (always[0] ?? first) ? overheard(uses, always.length === 0 ? judging : always, whose) : []),
    ...checkStep(use),
    ...checkBefore(use, { checkout: true }),
    ...checkContainer(use),
    ...checkArtifacts(use, whose),
    ...checkPins(use),
    ...checkRights(use, verdictRights(use)),
  ]);
}

/** A verdict holds for the base, the reviews and the time that it was given at. */
function overheard(uses: readonly Use[], judging: readonly Use[], whose: Whose): readonly Problem[] {
  const always = uses.filter(({ conditional }) => !conditional);
  const { branch, mergeQueue, approvals } = whose;
  return [
    ...deaf(judging, "pull_request", ["opened", "reopened", "synchronize", "closed"]),
    ...(approvals ? deaf(always, "pull_request_review", ["submitted", "dismissed"]) : []),
    ...(!mergeQueue || hasTrigger(always, "merge_group")
      ? []
      : [warn(`does not run on merge_group, so nothing gets through the merge queue of ${branch}`)]),
    ...(hearsPushes(always, whose)
      ? []
      : [warn(`does not run on every push to ${branch}, so old verdicts stay when it moves`)]),
    ...(hasTrigger(always, "schedule")
      ? []
      : [warn("does not run on a schedule, so what only waits never turns green")]),
  ];
}

/** Of pull requests it writes comments and suggestions, unless it is told not to. */
function verdictRights({ step }: Use): Rights {
  const isQuiet = ["comment", "suggest"].every((name) => String(step.inputs[name]) === "false");
  return {
    most: { contents: "read", "pull-requests": "write", statuses: "write", "id-token": "write" },
    least: { contents: "read", "pull-requests": "read", statuses: "write" },
    wanted: isQuiet ? {} : { "pull-requests": "write" },
  };
}

/** Whether what reaches the default branch is recorded, and no run is cut short for a newer one. */
export function checkAuditWorkflow(found: readonly FoundWorkflow[], whose: Whose): WorkflowAnswer {
  const uses = usesOf(found, "record", whose);
  const strangers = strangersOf(found, "record", whose);
  const [first] = uses.filter(({ workflow }) => workflow.triggers.has("push"));
  if (first === undefined) return missing({ uses, strangers }, "push", whose);
  return judge({ uses, strangers }, (use) => [
    ...untrusted(use),
    ...(use === first ? unheard(uses, whose) : []),
    ...(use.workflow.cancels || use.job.cancels
      ? [warn("lets a newer run end one that is under way: set cancel-in-progress to false")]
      : []),
    ...checkCheckout(use, whose),
    ...checkStep(use),
    ...checkBefore(use, { checkout: false }),
    ...checkContainer(use),
    ...checkPins(use),
    ...checkRights(use, AUDIT_RIGHTS),
  ]);
}

/** What was merged is recorded by the next run, whenever that comes. */
function unheard(uses: readonly Use[], whose: Whose): readonly Problem[] {
  const always = uses.filter(({ conditional }) => !conditional);
  if (!hasTrigger(always, "push")) return [warn("does not always run: take its if: and needs: away")];
  return [
    ...(hearsPushes(always, whose)
      ? []
      : [warn(`does not run on every push to ${whose.branch}, so what was merged is recorded late`)]),
    ...(hasTrigger(always, "schedule")
      ? []
      : [warn("does not run on a schedule, so what a run missed waits for the next push")]),
  ];
}

const AUDIT_RIGHTS: Rights = {
  most: { contents: "write", "pull-requests": "write", statuses: "read", "id-token": "write" },
  least: { contents: "write" },
  wanted: { "pull-requests": "read", statuses: "read" },
};

/** All that look like uses of an action. */
interface Uses {
  readonly uses: readonly Use[];
  /** Those of an action that somebody else may have called so by chance. */
  readonly strangers: readonly Use[];
}

function missing(
  { uses, strangers }: Uses,
  trigger: "pull_request" | "push",
  { github }: Whose,
): WorkflowAnswer {
  const [elsewhere] = uses;
  const lack = trigger === "push" ? "records what was merged" : "posts the verdict on pull requests";
  const copy = strangers.find(({ workflow }) => workflow.triggers.has(trigger));
  const unless = copy === undefined ? "" : `, unless ${copy.step.uses} in ${copy.path} is a copy of ours`;
  return {
    isThere: copy !== undefined,
    status: "warn",
    message: `${elsewhere === undefined ? `no workflow ${lack}` : `${elsewhere.path} does not run on ${trigger}`}${unless}`,
    hint: `Run modeltrail init --github ${github}, and push what it writes.`,
  };
}

/** All that is wrong, file by file. */
function judge({ uses, strangers }: Uses, look: (use: Use) => readonly Problem[]): WorkflowAnswer {
  const problems = [
    ...uses.flatMap((use) => look(use).map((problem) => ({ path: use.path, ...problem }))),
    ...strangers.flatMap(({ path, step }) => checkSource(step).map((problem) => ({ path, ...problem }))),
  ];
  const paths = [...new Set(uses.map(({ path }) => path))];
  if (problems.length === 0)
    return {
      isThere: true,
      status: "ok",
      message: `${paths.join(", ")}: at a fixed commit with the rights that it takes`,
    };
  const written = new Set(problems.filter(({ stays }) => stays !== true).map(({ path }) => path));
  const told = [...new Set(problems.map(({ path }) => path))].map((path) => {
    const texts = problems.filter((problem) => problem.path === path).map(({ text }) => text);
    return `${path} ${[...new Set(texts)].join("; it ")}`;
  });
  return {
    isThere: true,
    status: problems.some(({ status }) => status === "fail") ? "fail" : "warn",
    message: told.join(". "),
    ...(written.size === 0 ? {} : { hint: hintAt([...written]) }),
  };
}

function hintAt(paths: readonly string[]): string {
  return `Compare ${paths.join(", ")} with what modeltrail init --github writes: take the file away, and run that again.`;
}
