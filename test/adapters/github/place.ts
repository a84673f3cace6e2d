import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cloneRepository, type GitRepository, openRepository } from "../../../src/adapters/git/open.ts";
import { type GitHubForgeOptions, openGitHubForge } from "../../../src/adapters/github/open-github-forge.ts";
import type { Forge, NewProposal, ProposalState, PullRequests } from "../../../src/ports/forge.ts";
import { TEST_ENV } from "../../builders/workspace.ts";
import { aProposal } from "../../contracts/forge.contract.ts";
import type { SeenRequest } from "../../servers/github/faults.ts";
import type { PullRequest } from "../../servers/github/state.ts";
import { openWorld, type World } from "../../servers/github/world.ts";

export const BRANCH = "promote/staging/fraud/1.0.0";
export const NEWER = "promote/staging/fraud/1.1.0";

/** A forge as one command sees it: fetched when it was opened. */
export interface OpenForge extends Forge {
  readonly pullRequests: PullRequests;
  readonly repository: GitRepository;
}

/** A clone of `acme/models` on the test's own GitHub. */
export interface Place {
  readonly world: World;
  readonly warnings: string[];
  open(options?: Partial<GitHubForgeOptions>): Promise<OpenForge>;
  /** A commit on main, different for each text; in the clone, on no branch. */
  commit(text: string): Promise<string>;
  /** Publishes as a new command; the pull request is the newest of the branch. */
  publish(
    proposal: Partial<NewProposal> & { readonly head: string },
    expected?: string | null,
  ): Promise<void>;
  find(branch?: string): Promise<ProposalState>;
  /** The newest pull request of a branch, as the server has it. */
  pull(branch?: string): PullRequest;
  /** The remote's branch. */
  tip(branch?: string): string | undefined;
  /** What was written while `work` ran: operations, in order. */
  writesOf(work: () => Promise<unknown>): Promise<readonly string[]>;
  close(): Promise<void>;
}

export async function openPlace(options: Parameters<typeof openWorld>[0] = {}): Promise<Place> {
  const world = await openWorld(options);
  const parent = realpathSync(mkdtempSync(join(tmpdir(), "modeltrail-github-")));
  const folder = join(parent, "clone");
  const env = TEST_ENV;
  const opened = [await cloneRepository(world.server.gitUrl("acme/models", world.token), folder, { env })];
  const warnings: string[] = [];

  async function open(changes: Partial<GitHubForgeOptions> = {}): Promise<OpenForge> {
    const repository = await openRepository(folder, { env });
    opened.push(repository);
    await repository.remote.fetch();
    const forge = openGitHubForge({
      owner: "acme",
      name: "models",
      apiUrl: world.server.apiUrl,
      token: world.token.value,
      repository,
      branchPrefix: "",
      base: "main",
      userAgent: "modeltrail/test",
      notices: { warn: (message) => void warnings.push(message) },
      patience: { retryPauseMs: 1, rateLimitMs: 0, timeoutMs: 5_000 },
      ...changes,
    });
    return { ...forge, pullRequests: forge.pullRequests as PullRequests, repository };
  }

  return {
    world,
    warnings,
    open,
    async commit(text) {
      const [{ writer, refs }] = opened as [GitRepository];
      return writer.commit({
        ...(await writer.identity()),
        parents: [(await refs.read("refs/remotes/origin/main")) ?? ""],
        edits: [
          { path: "models/fraud/stages/staging/stage.yaml", content: new TextEncoder().encode(`${text}\n`) },
        ],
        message: `${text}\n`,
      });
    },
    async publish(proposal, expected = null) {
      await (await open()).publish({ ...aProposal, branch: BRANCH, ...proposal }, expected);
    },
    find: async (branch = BRANCH) => (await open()).find(branch),
    pull(branch = BRANCH) {
      const pulls = [...world.repository.pulls.values()].filter((one) => one.head.ref === branch);
      return pulls.at(-1) as PullRequest;
    },
    tip: (branch = BRANCH) => world.repository.git.parse(`refs/heads/${branch}`),
    async writesOf(work) {
      const before = world.server.requests.length;
      await work();
      return writesIn(world.server.requests.slice(before));
    },
    async close() {
      for (const repository of opened) await repository.close();
      await world.close();
      rmSync(parent, { recursive: true, force: true });
    },
  };
}

export function writesIn(requests: readonly SeenRequest[]): readonly string[] {
  return requests.filter((one) => one.write).map((one) => one.operationId);
}
