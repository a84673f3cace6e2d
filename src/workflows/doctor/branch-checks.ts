import type { BranchRules } from "../../ports/host-rules.ts";
import type { Answer, Check } from "./check.ts";

/** The status that has to be required. */
export interface RequiredVerdict {
  readonly status: string;
  /** Whether a workflow reports it. */
  readonly isReported: boolean;
}

/** The rules of the default branch, held against what keeps a registry's promises. */
export function checkDefaultBranch(
  branch: string,
  rules: BranchRules,
  verdict: RequiredVerdict,
): readonly Check[] {
  return [
    { name: "pull requests", ...checkPullRequests(branch, rules) },
    { name: "required verdict", ...checkVerdict(branch, rules, verdict) },
    { name: "main history", ...checkKept(branch, rules) },
  ];
}

function checkPullRequests(branch: string, rules: BranchRules): Answer {
  const { pullRequests, approvals, codeOwners } = rules;
  if (!pullRequests) return lacking(rules, `${branch} takes pushes, so a stage can move without a verdict`);
  if (approvals === 0 && !codeOwners)
    return lacking(rules, `${branch} takes pull requests that nobody but their author has seen`);
  return ok(`${branch} takes changes by approved pull requests alone`);
}

function checkVerdict(branch: string, rules: BranchRules, { status, isReported }: RequiredVerdict): Answer {
  const required = rules.statuses.filter(({ name }) => name === status);
  if (required.length === 0)
    return lacking(rules, `${branch} does not require ${status}, so a denied change can be merged`);
  if (!isReported)
    return {
      status: "fail",
      message: `${branch} requires ${status}, but no workflow there reports it: nothing can be merged`,
      hint: "Propose the workflow that modeltrail init --github writes: it judges its own pull request.",
    };
  if (required.some(({ source }) => source === "workflows"))
    return ok(`${branch} requires ${status}, and takes it from GitHub Actions alone`);
  const isOpen = required.every(({ source }) => source === "anybody");
  return {
    status: "warn",
    message: isOpen
      ? `${branch} requires ${status}, but anybody who may write can set it`
      : `${branch} requires ${status} of an App that is not GitHub Actions of github.com`,
    hint: "Set the source of that status to GitHub Actions, if that is what reports it.",
  };
}

/** Whether a branch is never rewritten. */
export function checkKept(branch: string, rules: BranchRules): Answer {
  const open = [
    ...(rules.forcePushesBlocked ? [] : ["rewritten"]),
    ...(rules.deletionBlocked ? [] : ["deleted"]),
  ];
  if (open.length === 0) return ok(`${branch} can be neither rewritten nor deleted`);
  return lacking(rules, `${branch} can be ${open.join(" and ")}`);
}

function ok(message: string): Answer {
  return { status: "ok", message };
}

/** Something that the rules do not ask for, unless that is in the part that is not told. */
function lacking({ partial }: BranchRules, message: string): Answer {
  if (partial)
    return {
      status: "warn",
      message: `could not tell whether ${message}: the branch's protection is shown to admins alone`,
      hint: "Run modeltrail doctor with the token of an admin, or use rulesets, which everybody is shown.",
    };
  return { status: "warn", message, hint: SET_RULES };
}

const SET_RULES = "Set the rules that modeltrail init --github shows (docs/github.md).";
