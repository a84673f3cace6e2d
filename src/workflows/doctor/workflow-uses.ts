import type { WorkflowFile, WorkflowJob, WorkflowStep } from "../../manifest/workflow-file.ts";

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
  /** The default branch, as people say it. */
  readonly branch: string;
  /** Where artifacts lie. */
  readonly storage: string;
  /** Whether pull requests are merged by a queue, as far as that is told. */
  readonly mergeQueue: boolean;
  /** Whether the policy asks for approvals. */
  readonly approvals: boolean;
}

/** A step that uses one of our actions, with what is around it. */
export interface Use extends FoundWorkflow {
  readonly job: WorkflowJob;
  readonly step: WorkflowStep;
  /** The steps of the job that run before it. */
  readonly before: readonly WorkflowStep[];
  /** The step, or its job, does not run, or not always. */
  readonly conditional: boolean;
}

type Action = "validate" | "record";

/** Steps that use an action of ours, or of a copy of ours, of this registry. */
export function usesOf(found: readonly FoundWorkflow[], action: Action, whose: Whose): readonly Use[] {
  return namesakesOf(found, action, whose).filter(({ step }) => sourceOf(step).isLikelyOurs);
}

/** Steps that use an action of somebody else's, which is called as ours is. */
export function strangersOf(found: readonly FoundWorkflow[], action: Action, whose: Whose): readonly Use[] {
  return namesakesOf(found, action, whose).filter(({ step }) => !sourceOf(step).isLikelyOurs);
}

/** Where our actions are released. */
export const OURS = "modeltrail/modeltrail";

/** Where a step's action comes from. */
export interface Source {
  /** `owner/name`; `.` for the repository itself. */
  readonly name: string;
  readonly isOurs: boolean;
  /** It is ours, lies in the repository itself, or is called as ours is, as a copy would be. */
  readonly isLikelyOurs: boolean;
}

export function sourceOf({ uses }: WorkflowStep): Source {
  if (uses.startsWith("./")) return { name: ".", isOurs: false, isLikelyOurs: true };
  const [owner = "", repository = ""] = uses.split("/");
  const name = `${owner}/${repository}`;
  const isLikelyOurs = repository.toLowerCase() === OURS.split("/")[1];
  return { name, isOurs: name.toLowerCase() === OURS, isLikelyOurs };
}

function namesakesOf(found: readonly FoundWorkflow[], action: Action, { prefix }: Whose): readonly Use[] {
  const pattern = new RegExp(`(^|/)action/${action}(@|$)`);
  return found.flatMap(({ path, workflow }) =>
    workflow.jobs.flatMap((job) =>
      job.steps.flatMap((step, index): readonly Use[] => {
        if (!pattern.test(step.uses) || folderOf(step.inputs["path"]) !== folderOf(prefix)) return [];
        const conditional = step.conditional || job.conditional;
        return [{ path, workflow, job, step, before: job.steps.slice(0, index), conditional }];
      }),
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

/** Something of a workflow that is not as it should be, as what "it" does. */
export interface Problem {
  readonly status: "warn" | "fail";
  readonly text: string;
  /** To write the file anew changes nothing about it. */
  readonly stays?: boolean;
}

export function warn(text: string): Problem {
  return { status: "warn", text };
}

/** Something to see to, which may be meant so. */
export function ask(text: string): Problem {
  return { status: "warn", text, stays: true };
}

export function fail(text: string): Problem {
  return { status: "fail", text };
}
