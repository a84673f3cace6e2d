import { ACTIONS, type ActionPin } from "./action-pins.ts";
import { escapeBranch } from "./branch-patterns.ts";
import { statusName } from "../registry/status-name.ts";
import { storageAccess, type StorageAccess } from "./workflow-storage.ts";

/** A file of the repository, by its path from the root. */
export interface RepositoryFile {
  readonly path: string;
  readonly text: string;
}

/** What the workflows of a registry are made from. */
export interface WorkflowFacts {
  readonly registry: string;
  /** The registry's folder: empty, or ending with `/`. */
  readonly prefix: string;
  /** The default branch, as people say it. */
  readonly branch: string;
  readonly auditBranch: string;
  readonly storage: { readonly uri: string; readonly region?: string; readonly endpoint?: string };
  /** Where our actions come from. */
  readonly action: ActionPin;
}

/** The workflow that judges pull requests, and the one that writes the audit history. */
export function renderWorkflows(facts: WorkflowFacts): readonly RepositoryFile[] {
  return [renderVerdictWorkflow(facts), renderAuditWorkflow(facts)];
}

/** Where they lie. */
export function workflowPaths(registry: Pick<WorkflowFacts, "prefix" | "registry">): readonly string[] {
  return ["verdict", "audit"].map((what) => pathOf(registry, what));
}

function pathOf(registry: Pick<WorkflowFacts, "prefix" | "registry">, what: string): string {
  return `.github/workflows/${nameFor(registry, what)}.yml`;
}

/** Files and names of a registry in a folder carry its name, since one repository may hold several. */
function nameFor({ prefix, registry }: Pick<WorkflowFacts, "prefix" | "registry">, what: string): string {
  return prefix === "" ? `modeltrail-${what}` : `modeltrail-${what}-${registry}`;
}

function fileFor(facts: WorkflowFacts, what: string, lines: readonly string[]): RepositoryFile {
  const text = `${lines.filter((line) => line !== NOTHING).join("\n")}\n`;
  return { path: pathOf(facts, what), text };
}

/** A line that is left out. */
const NOTHING = "\0";

function branchesLine(branch: string): string {
  return `    branches: [${JSON.stringify(escapeBranch(branch))}]`;
}

function withPath({ prefix }: WorkflowFacts): string {
  return prefix === "" ? NOTHING : `          path: ${JSON.stringify(prefix.slice(0, -1))}`;
}

function uses(pin: ActionPin, folder = ""): string {
  return `${pin.repository}${folder}@${pin.commit} # ${pin.version}`;
}

function renderVerdictWorkflow(facts: WorkflowFacts): RepositoryFile {
  const name = nameFor(facts, "verdict");
  const access = storageAccess(facts.storage, "read");
  return fileFor(facts, "verdict", [
    "# Judges every pull request under the policy of its base, and posts the verdict as the status",
    `# ${statusName(facts.prefix, "verdict")}. Require it in the rules of the default branch, with GitHub Actions as its source.`,
    `name: ${name}`,
    "",
    ...verdictTriggers(facts),
    "",
    "permissions: {}",
    "",
    "# The newest run for a pull request knows all that an older one does; any other goes on to its end.",
    "concurrency:",
    `  group: ${name}-\${{ ${GROUP} }}`,
    "  cancel-in-progress: ${{ startsWith(github.event_name, 'pull_request') }}",
    "",
    "jobs:",
    "  # Without `if:` and `paths:`: a check that is skipped counts as passed, or waits for ever.",
    "  verdict:",
    `    name: ${name}`,
    "    runs-on: ubuntu-latest",
    "    timeout-minutes: 15",
    "    permissions:",
    "      contents: read",
    "      pull-requests: write # the comment, and suggestions for edits by hand",
    "      statuses: write # that of the verdict, and one for each gate",
    ...access.permissions,
    "    steps:",
    ...access.steps,
    `      - uses: ${uses(facts.action, "/action/validate")}`,
    ...access.environment,
    "        with:",
    withPath(facts),
    "          pull-request: ${{ inputs.pull-request }}",
    "          # What is required is the status, which stays pending; the job only says that it was told.",
    "          pending: pass",
    ...artifactsInput(access),
  ]);
}

/** What somebody typed is never the group of another event: a `github.ref` begins with `refs/`. */
const GROUP =
  "github.event.pull_request.number || inputs.pull-request && format('typed-{0}', inputs.pull-request) || github.ref";

/** Events that are about one pull request, and those upon which all open ones are judged again. */
function verdictTriggers({ branch }: WorkflowFacts): readonly string[] {
  return [
    "on:",
    "  pull_request:",
    "    types: [opened, reopened, synchronize, edited, ready_for_review, closed]",
    "  pull_request_review:",
    "    types: [submitted, dismissed]",
    "  merge_group:",
    "  # These judge all open pull requests again: the base moved, or time went by.",
    "  push:",
    branchesLine(branch),
    "  schedule:",
    '    - cron: "17 * * * *"',
    "  workflow_dispatch:",
    "    inputs:",
    "      pull-request:",
    "        description: Number of the pull request to judge; left empty, all that are open",
    "        type: string",
    "        required: false",
  ];
}

function artifactsInput({ reachable }: StorageAccess): readonly string[] {
  if (reachable) return [];
  return [
    "          # Artifacts lie beside somebody's clone, where no runner sees them: their bytes are not judged here.",
    "          artifacts: none",
  ];
}

function renderAuditWorkflow(facts: WorkflowFacts): RepositoryFile {
  const name = nameFor(facts, "audit");
  const access = storageAccess(facts.storage, "write");
  const { reachable } = access;
  return fileFor(facts, "audit", [
    `# Writes what reached the default branch to the branch ${facts.auditBranch}, one commit for each change of a stage.`,
    "# What a run missed, the next one writes.",
    `name: ${name}`,
    "",
    "on:",
    "  push:",
    branchesLine(facts.branch),
    "  schedule:",
    '    - cron: "43 * * * *"',
    "  workflow_dispatch:",
    "",
    "permissions: {}",
    "",
    "# One after the other. A run that is killed or dropped loses nothing: the next one starts at the last entry.",
    "concurrency:",
    `  group: ${name}`,
    "  cancel-in-progress: false",
    "",
    "jobs:",
    "  record:",
    `    name: ${name}`,
    "    runs-on: ubuntu-latest",
    "    timeout-minutes: 30",
    "    permissions:",
    `      contents: write # the branch ${facts.auditBranch}`,
    "      pull-requests: read # who opened, approved and merged",
    "      statuses: read # what was said of artifact and approvals",
    ...access.permissions,
    "    steps:",
    `      - uses: ${uses(ACTIONS.checkout)}`,
    "        with:",
    "          fetch-depth: 0",
    "          persist-credentials: false",
    ...access.steps,
    `      - uses: ${uses(facts.action, "/action/record")}`,
    ...access.environment,
    ...(facts.prefix === "" && reachable ? [] : ["        with:", withPath(facts)]),
    ...(reachable ? [] : ["          anchor: false # no runner sees the storage"]),
  ]);
}
