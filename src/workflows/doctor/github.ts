import { workflowPaths } from "../../change/workflow-files.ts";
import { isModeltrailError } from "../../diagnostics/errors.ts";
import { parseWorkflowFile } from "../../manifest/workflow-file.ts";
import type { BranchRules, HostRules } from "../../ports/host-rules.ts";
import { REGISTRY_FILE } from "../../registry/layout.ts";
import { statusName } from "../../registry/status-name.ts";
import { auditBranch } from "../audit/place.ts";
import type { Context } from "../context.ts";
import { entryAt, isFolder, listFiles } from "../read/trees.ts";
import type { Session } from "../write/session.ts";
import {
  checkAuditBranch,
  checkDefaultBranch,
  checkRegistration,
  type RequiredVerdict,
} from "./branch-checks.ts";
import type { Answer, Check } from "./check.ts";
import { checkCodeOwners, type OwnersQuery } from "./code-owners.ts";
import { checkAuditWorkflow, checkVerdictWorkflow, type WorkflowAnswer } from "./workflow-checks.ts";
import { type FoundWorkflow, usesOf, type Whose } from "./workflow-uses.ts";

/** What GitHub holds people to, and what its workflows do, at the tip of the default branch. */
export async function checkGitHub(context: Context, session: Session): Promise<readonly Check[]> {
  const { rules } = session.forge;
  if (rules === undefined) return [];
  const { workflows, unread } = await readWorkflows(context, session.tip.oid);
  const told = await tell(rules, session.base);
  const whose = whoseIs(context, session, told);
  const verdict = checkVerdictWorkflow(workflows, whose);
  const audit = checkAuditWorkflow(workflows, whose);
  const isReported = verdict.isThere || unread.length > 0;
  const required = { status: statusName(context.prefix, "verdict"), isReported };
  const owned = { rules, commit: session.tip.oid, workflows: ownWorkflows(workflows, whose, session) };
  return [
    { name: "verdict workflow", ...orUnread(verdict, unread) },
    { name: "audit workflow", ...orUnread(audit, unread) },
    ...("status" in told
      ? [{ name: "branch rules", ...told }]
      : await checkMain(context, session, { told, required, owned })),
    { name: "audit history", ...(await checkAudit(context, session, rules)) },
    { name: "approvals", ...(await checkApproving(rules)) },
  ];
}

function whoseIs({ prefix }: Context, { base, registry }: Session, told: BranchRules | Answer): Whose {
  const { forge, storage, stages } = registry.spec;
  return {
    github: forge?.github ?? "",
    prefix,
    branch: base,
    storage: storage.uri,
    mergeQueue: !("status" in told) && told.mergeQueue,
    approvals: stages.some(({ approvals, rollback }) => (approvals ?? rollback?.approvals) !== undefined),
  };
}

/** Those that use our actions; the ones that `init` would write where there are none. */
function ownWorkflows(
  found: readonly FoundWorkflow[],
  whose: Whose,
  { registry }: Session,
): readonly string[] {
  const uses = (["validate", "record"] as const).flatMap((action) => usesOf(found, action, whose));
  if (uses.length > 0) return [...new Set(uses.map(({ path }) => path))];
  return workflowPaths({ prefix: whose.prefix, registry: registry.metadata.name });
}

/** What the default branch is held against. */
interface MainQuery {
  readonly told: BranchRules;
  readonly required: RequiredVerdict;
  readonly owned: OwnersQuery;
}

async function checkMain(
  context: Context,
  { base, registry }: Session,
  { told, required, owned }: MainQuery,
): Promise<readonly Check[]> {
  const registration = checkRegistration(base, told, registry.spec.registration);
  return [
    ...checkDefaultBranch(base, told, required),
    ...(registration === undefined ? [] : [{ name: "registration", ...registration }]),
    ...(told.codeOwners ? [{ name: "code owners", ...(await checkCodeOwners(context, owned)) }] : []),
  ];
}

async function checkAudit(context: Context, { base, registry }: Session, rules: HostRules): Promise<Answer> {
  const branch = auditBranch(registry, context.prefix);
  if (branch === base)
    return {
      status: "fail",
      message: `the audit history would be written to ${branch}, the default branch itself`,
      hint: `Name another branch in spec.audit.branch of ${REGISTRY_FILE}, or leave spec.audit out.`,
    };
  const told = await tell(rules, branch);
  return "status" in told ? told : checkAuditBranch(branch, told);
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
