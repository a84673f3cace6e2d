import type { Permissions, WorkflowFile, WorkflowJob } from "../../manifest/workflow-file.ts";
import type { Answer } from "./check.ts";

/** A workflow at the tip of the default branch. */
export interface FoundWorkflow {
  /** From the repository's root. */
  readonly path: string;
  readonly workflow: WorkflowFile;
}

/** Of which registry workflows have to be. */
export interface Whose {
  /** `owner/name`. */
  readonly github: string;
  /** The registry's folder: empty, or ending with `/`. */
  readonly prefix: string;
}

/** A step that uses one of our actions, with the job and the workflow around it. */
interface Use extends FoundWorkflow {
  readonly job: WorkflowJob;
  readonly uses: string;
  readonly conditional: boolean;
}

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
    ...unpinned(first),
    ...excessive(first, {
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
    ...unpinned(first),
    ...excessive(first, {
      contents: "write",
      "pull-requests": "write",
      statuses: "read",
      "id-token": "write",
    }),
  ]);
}

/** Steps that use an action of ours, of this registry. */
function usesOf(found: readonly FoundWorkflow[], action: string, { prefix }: Whose): readonly Use[] {
  const pattern = new RegExp(`(^|/)action/${action}(@|$)`);
  return found.flatMap(({ path, workflow }) =>
    workflow.jobs.flatMap((job) =>
      job.steps
        .filter(({ uses, inputs }) => pattern.test(uses) && folderOf(inputs["path"]) === folderOf(prefix))
        .map(({ uses, conditional }) => ({
          path,
          workflow,
          job,
          uses,
          conditional: conditional || job.conditional,
        })),
    ),
  );
}

function folderOf(path: unknown): string {
  const text = typeof path === "string" ? path : "";
  return text
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/");
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

interface Problem {
  readonly status: "warn" | "fail";
  readonly text: string;
}

function warn(text: string): Problem {
  return { status: "warn", text };
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
      .map((trigger): Problem => ({ status: "fail", text: `runs on ${trigger}, which our actions refuse` })),
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
    ...keys.map((key): Problem => ({
      status: "fail",
      text: `looks at some pull requests only, by ${key}: on the others a required verdict waits for ever`,
    })),
    ...(isDeaf ? [warn("does not hear of new commits: its types lack opened, reopened or synchronize")] : []),
    ...(conditional
      ? [{ status: "fail", text: "does not always run: take its if: and needs: away" } as const]
      : []),
    ...(workflow.triggers.has("merge_group") || workflow.triggers.has("schedule")
      ? []
      : [warn("runs neither on a schedule nor for a merge queue, so what only waits never turns green")]),
  ];
}

function unpinned({ job }: Use): readonly Problem[] {
  const loose = job.steps.filter(({ uses }) => !uses.startsWith("./") && !/@[0-9a-f]{40}$/.test(uses));
  return loose.map(({ uses }) =>
    warn(`uses ${uses}, which can be moved: name the commit, 40 hexadecimal digits`),
  );
}

const LEVELS = ["none", "read", "write"];

/** What the job is granted beyond what the action takes. */
function excessive({ workflow, job }: Use, needed: Readonly<Record<string, string>>): readonly Problem[] {
  const granted: Permissions = job.permissions ?? workflow.permissions;
  if (granted === undefined)
    return [warn("says nothing of permissions, so it has those that the repository gives")];
  const more = Object.entries(granted).filter(
    ([name, level]) => LEVELS.indexOf(level) > LEVELS.indexOf(needed[name] ?? "none"),
  );
  return more.map(([name, level]) =>
    warn(`may do more than it needs: ${name === "*" ? `${level}-all` : `${name}: ${level}`}`),
  );
}
