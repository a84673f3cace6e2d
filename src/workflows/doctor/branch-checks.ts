import type { BranchRules, Protection, RuleException } from "../../ports/host-rules.ts";
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
    { name: "exceptions", ...checkExceptions(branch, rules, verdict) },
  ];
}

function checkPullRequests(branch: string, rules: BranchRules): Answer {
  if (!rules.pullRequests)
    return lacking(rules, `${branch} takes pushes, so a stage can move without a verdict`);
  const missing = reviewGaps(rules);
  if (missing.length === 0) return ok(`${branch} takes changes by approved pull requests alone`);
  return lacking(rules, `${branch} ${missing.join("; it ")}`);
}

/** What is left open of how pull requests are reviewed, as what the branch does, with the name of each rule. */
function reviewGaps(rules: BranchRules): readonly string[] {
  const { approvals, codeOwners, staleDismissed, lastPushApproved } = rules;
  if (approvals === 0 && !codeOwners) return ["takes pull requests that nobody but their author has seen"];
  return [
    ...(approvals > 0
      ? []
      : ["asks for no approval of what CODEOWNERS gives to nobody (required_approving_review_count is 0)"]),
    ...(codeOwners ? [] : ["does not ask those whom CODEOWNERS names (require_code_owner_review is off)"]),
    ...(staleDismissed
      ? []
      : ["keeps approvals when new commits are pushed (dismiss_stale_reviews_on_push is off)"]),
    ...(lastPushApproved
      ? []
      : ["lets the approval of whoever pushed last count (require_last_push_approval is off)"]),
  ];
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
  if (required.some(({ source }) => source === "app"))
    return ok(`${branch} requires ${status}, and takes it from one App alone`);
  const isOpen = required.every(({ source }) => source === "anybody");
  return {
    status: "warn",
    message: isOpen
      ? `${branch} requires ${status}, but anybody who may write can set it`
      : `${branch} requires ${status} of an App that is not GitHub Actions of github.com`,
    hint: "Set the source of that status to GitHub Actions, if that is what reports it.",
  };
}

function checkKept(branch: string, rules: BranchRules): Answer {
  const open = rewritable(rules);
  if (open.length === 0) return ok(`${branch} can be neither rewritten nor deleted`);
  return lacking(rules, `${branch} can be ${open.join(" and ")}`);
}

function rewritable(rules: BranchRules): readonly string[] {
  return [...(rules.forcePushesBlocked ? [] : ["rewritten"]), ...(rules.deletionBlocked ? [] : ["deleted"])];
}

/** Somebody for whom a rule does not hold is no protection against that somebody. */
function checkExceptions(branch: string, rules: BranchRules, { status }: RequiredVerdict): Answer {
  const found = exceptionsTo(rules, [...ASKED, `status ${status}`, `source of ${status}`]);
  if (found.length === 0 && !rules.partial) return ok(`nobody may go around what keeps ${branch}`);
  if (found.every(({ who }) => who === undefined))
    return ok(`could not tell who may go around the rules of ${branch}: GitHub tells admins alone`);
  return warnOfExceptions(
    branch,
    found,
    "Empty the bypass lists of these rules under Settings > Rules; what came around them is recorded as unverified.",
  );
}

/** What the default branch is asked for, besides the verdict. */
const ASKED: readonly Protection[] = [
  "pull requests",
  "approvals",
  "code owners",
  "stale dismissed",
  "last push approved",
  "force pushes blocked",
  "deletion blocked",
];

/** Those that open something that matters. */
function exceptionsTo({ exceptions }: BranchRules, asked: readonly Protection[]): readonly RuleException[] {
  return exceptions.filter(({ opens }) => opens.some((protection) => asked.includes(protection)));
}

function warnOfExceptions(branch: string, exceptions: readonly RuleException[], hint: string): Answer {
  const named = exceptions.flatMap(({ who, rules }) => (who === undefined ? [] : [`${who} (${rules})`]));
  const message = `these may go around rules of ${branch}: ${[...new Set(named)].join(", ")}`;
  return { status: "warn", message, hint };
}

/** Whether the branch of the audit history is never rewritten, and takes what the recorder pushes. */
export function checkAuditBranch(branch: string, rules: BranchRules): Answer {
  const blocks = rules.pushBlocks.filter(({ excepted }) => excepted !== true);
  if (blocks.length > 0) return checkPushes(branch, blocks);
  const open = [...rewritable(rules), ...(rules.linearHistory ? [] : ["given merge commits"])];
  if (open.length > 0) return lacking(rules, `${branch} can be ${open.join(" and ")}`);
  const rewriters = exceptionsTo(rules, KEEPING).filter(({ who }) => who !== undefined);
  if (rewriters.length > 0)
    return warnOfExceptions(
      branch,
      rewriters,
      "Empty the bypass lists of these rules: a recorder that is to push alone is on that of a set of its own (docs/github.md).",
    );
  const narrowed = rules.pushBlocks.length > 0 ? ", and takes pushes of those alone who are excepted" : "";
  return ok(`${branch} can be neither rewritten nor deleted${narrowed}`);
}

const KEEPING: readonly Protection[] = ["deletion blocked", "force pushes blocked", "linear history"];

function checkPushes(branch: string, blocks: BranchRules["pushBlocks"]): Answer {
  const names = [...new Set(blocks.map(({ rule }) => rule))].join(", ");
  if (blocks.every(({ excepted }) => excepted === undefined))
    return {
      status: "warn",
      message: `${branch} has rules that keep pushes out, and who may go around them is told to admins alone: ${names}`,
      hint: "Run modeltrail doctor with the token of an admin, or see that the recorder is on the bypass list of these rules.",
    };
  return {
    status: "fail",
    message: `${branch} has rules that keep the recorder from pushing: ${names}`,
    hint: "Take them away from that branch, or put whose token the recorder has on their bypass list (docs/github.md).",
  };
}

/** `registration: "direct"` pushes to the default branch; undefined where nothing stands against it. */
export function checkRegistration(
  branch: string,
  { pushBlocks }: BranchRules,
  registration: string | undefined,
): Answer | undefined {
  const block = pushBlocks.find(({ excepted }) => excepted !== true);
  if (registration !== "direct" || block === undefined) return undefined;
  return {
    status: "warn",
    message: `modeltrail.yaml says registration: "direct", so register pushes to ${branch}, whose rule ${block.rule} keeps pushes out`,
    hint: 'Write registration: "pull-request" in modeltrail.yaml: new versions are proposed then.',
  };
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
