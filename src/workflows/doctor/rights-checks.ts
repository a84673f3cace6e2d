import type { WorkflowStep } from "../../manifest/workflow-file.ts";
import { fail, type Problem, type Use, warn } from "./workflow-uses.ts";

type Levels = Readonly<Record<string, string>>;

/** What a job of ours may be granted. */
export interface Rights {
  /** More than that it has no use for. */
  readonly most: Levels;
  /** Without these it fails. */
  readonly least: Levels;
  /** Without these it does less than it could. */
  readonly wanted: Levels;
}

const LEVELS = ["none", "read", "write"];

/** What the job is granted, held against what the action takes. */
export function checkRights({ workflow, job, step }: Use, rights: Rights): readonly Problem[] {
  const granted = job.permissions ?? workflow.permissions;
  if (granted === undefined)
    return [warn("says nothing of permissions, so it has those that the repository gives")];
  const more = Object.entries(granted).filter(([name, level]) => isAbove(level, rights.most[name]));
  const lacking = (needed: Levels): readonly string[] =>
    hasOwnToken(step)
      ? []
      : Object.entries(needed)
          .filter(([name, level]) => isAbove(level, granted[name] ?? granted["*"]))
          .map(([name, level]) => `${name}: ${level}`);
  return [
    ...lacking(rights.least).map((right) => fail(`cannot do its work without the permission ${right}`)),
    ...lacking(rights.wanted).map((right) => warn(`does less without the permission ${right}`)),
    ...more.map(([name, level]) =>
      warn(`may do more than it needs: ${name === "*" ? `${level}-all` : `${name}: ${level}`}`),
    ),
  ];
}

function isAbove(level: string, other: string | undefined): boolean {
  return LEVELS.indexOf(level) > LEVELS.indexOf(other ?? "none");
}

/** What permissions say is about the workflow's own token alone. */
function hasOwnToken({ inputs }: WorkflowStep): boolean {
  const token = inputs["token"];
  return (
    typeof token === "string" &&
    token !== "" &&
    !/^\$\{\{\s*(github\.token|secrets\.GITHUB_TOKEN)\s*\}\}$/i.test(token)
  );
}
