import { isModeltrailError } from "../../diagnostics/errors.ts";
import { parseWorkflowFile } from "../../manifest/workflow-file.ts";
import type { BranchRules, HostRules } from "../../ports/host-rules.ts";
import { statusName } from "../../registry/status-name.ts";
import { auditBranch } from "../audit/place.ts";
import type { Context } from "../context.ts";
import { entryAt, isFolder, listFiles } from "../read/trees.ts";
import type { Session } from "../write/session.ts";
import { checkDefaultBranch, checkKept, type RequiredVerdict } from "./branch-checks.ts";
import type { Answer, Check } from "./check.ts";
import { checkCodeOwners } from "./code-owners.ts";
import { checkAuditWorkflow, checkVerdictWorkflow, type WorkflowAnswer } from "./workflow-checks.ts";
import type { FoundWorkflow, Whose } from "./workflow-uses.ts";

/** What GitHub holds people to, and what its workflows do, at the tip of the default branch. */
export async function checkGitHub(context: Context, session: Session): Promise<readonly Check[]> {
  const { rules } = session.forge;
  if (rules === undefined) return [];
  const { workflows, unread } = await readWorkflows(context, session.tip.oid);
  const { forge, storage } = session.registry.spec;
  const whose: Whose = {
    github: forge?.github ?? "",
    prefix: context.prefix,
    branch: session.base,
    storage: storage.uri,
  };
  const verdict = checkVerdictWorkflow(workflows, whose);
  const audit = checkAuditWorkflow(workflows, whose);
  return [
    { name: "verdict workflow", ...orUnread(verdict, unread) },
    { name: "audit workflow", ...orUnread(audit, unread) },
    ...(await checkMain(context, session, rules, {
      status: statusName(context.prefix, "verdict"),
      isReported: verdict.isThere || unread.length > 0,
    })),
    { name: "audit history", ...(await checkAudit(rules, auditBranch(session.registry, context.prefix))) },
    { name: "approvals", ...(await checkApproving(rules)) },
  ];
}

async function checkMain(
  context: Context,
  { base, tip }: Session,
  rules: HostRules,
  verdict: RequiredVerdict,
): Promise<readonly Check[]> {
  const told = await tell(rules, base);
  if ("status" in told) return [{ name: "branch rules", ...told }];
  const checks = checkDefaultBranch(base, told, verdict);
  return told.codeOwners
    ? [...checks, { name: "code owners", ...(await checkCodeOwners(context, tip.oid)) }]
    : checks;
}

async function checkAudit(rules: HostRules, branch: string): Promise<Answer> {
  const told = await tell(rules, branch);
  return "status" in told ? told : checkKept(branch, told);
}

/** The rules of a branch, or that they are not told to this token. */
async function tell(rules: HostRules, branch: string): Promise<BranchRules | Answer> {
  try {
    return await rules.branch(branch);
  } catch (error) {
    if (!isModeltrailError(error) || !["FORBIDDEN", "NOT_FOUND"].includes(error.code)) throw error;
    return {
      status: "warn",
      message: `could not tell which rules ${branch} has: ${error.message}`,
      hint: "Look at them on GitHub's page: Settings > Rules.",
    };
  }
}

async function checkApproving(rules: HostRules): Promise<Answer> {
  const may = await rules.workflowsMayApprove();
  if (may === undefined)
    return {
      status: "ok",
      message: "could not tell whether workflows may approve: GitHub tells admins alone",
    };
  if (!may) return { status: "ok", message: "workflows may not approve pull requests" };
  return {
    status: "warn",
    message: "workflows may open and approve pull requests, so a workflow could stand in for a reviewer",
    hint: "Take it away under Settings > Actions > General, unless a workflow promotes with its own token; approvals of bots never count here.",
  };
}

const FOLDER = ".github/workflows";
const MOST_BYTES = 64 * 1024;

/** The workflows of a commit; those that cannot be read by name. */
async function readWorkflows(
  { repository }: Context,
  commit: string,
): Promise<{ readonly workflows: readonly FoundWorkflow[]; readonly unread: readonly string[] }> {
  const { objects } = repository;
  const { tree } = await objects.readCommit(commit);
  const folder = await entryAt(repository, tree, FOLDER);
  if (folder === undefined || !isFolder(folder)) return { workflows: [], unread: [] };
  const all = await listFiles(repository, { path: FOLDER, oid: folder.oid }, () => false);
  const files = all.filter(({ path, mode }) => /\.ya?ml$/.test(path) && mode.startsWith("100"));
  const blobs = await objects.readBlobs(
    files.map(({ oid }) => oid),
    MOST_BYTES,
  );
  const workflows: FoundWorkflow[] = [];
  const unread: string[] = [];
  for (const [index, { path }] of files.entries()) {
    const bytes = blobs[index];
    const text = bytes === undefined || bytes === "too-large" ? undefined : new TextDecoder().decode(bytes);
    const workflow = text === undefined ? undefined : parseWorkflowFile(text);
    if (workflow !== undefined) workflows.push({ path, workflow });
    // One that names no action of ours is none of our business.
    else if (text === undefined || /action\/(validate|record)\b/.test(text)) unread.push(path);
  }
  return { workflows, unread };
}

/** What is not there may be in a file that could not be read. */
function orUnread({ isThere, ...answer }: WorkflowAnswer, unread: readonly string[]): Answer {
  if (unread.length === 0 || isThere) return answer;
  return {
    status: "warn",
    message: `could not tell: ${unread.join(", ")} cannot be read`,
    hint: "Write it as plain YAML, without anchors and tags, in at most 64 KiB.",
  };
}
