import { Octokit } from "@octokit/rest";
import { type FileCommit, commitFiles } from "./commit-files.ts";
import { type GitHubOptions, GitHubServer, type RepositoryOptions } from "./server.ts";
import type { Repository, Scopes, Token } from "./state.ts";

const ignore = (): void => undefined;

/** The log of a client that says nothing of failed requests. */
export const SILENT: Record<"debug" | "info" | "warn" | "error", () => void> = {
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
};

/** A server with the repository `acme/models` in which `ada` may write, `rob` review, `eve` read and `max` rule. */
export interface World {
  readonly server: GitHubServer;
  readonly repository: Repository;
  readonly at: { readonly owner: string; readonly repo: string };
  readonly token: Token;
  /** Ada's. */
  readonly octokit: Octokit;
  as(login: string, scopes?: Scopes): Octokit;
  /** The tip of main. */
  main(): string;
  commit(change: FileCommit): string;
  /** A branch with one commit, `<name>.txt`. */
  propose(branch: string): { readonly head: string };
  /** The same with a pull request of Ada's. */
  open(branch: string): Promise<{ readonly head: string; readonly number: number }>;
  close(): Promise<void>;
}

export async function openWorld(options: GitHubOptions & RepositoryOptions = {}): Promise<World> {
  const server = await GitHubServer.start(options);
  const roles = { ada: "write", rob: "write", eve: "read", max: "admin" } as const;
  const repository = server.addRepository("acme/models", { roles, ...options });
  commitFiles(repository, { files: { "README.md": "# Models\n" }, message: "First" });
  const token = server.addToken("ada");
  const connect = (value: string): Octokit =>
    new Octokit({
      auth: value,
      baseUrl: server.apiUrl,
      log: SILENT,
    });
  const octokit = connect(token.value);
  const at = { owner: "acme", repo: "models" };
  const propose = (branch: string): { head: string } => {
    const message = `Commit ${branch}\n\nBecause of ${branch}.`;
    return { head: commitFiles(repository, { branch, files: { [`${branch}.txt`]: branch }, message }) };
  };
  return {
    server,
    repository,
    at,
    token,
    octokit,
    as: (login, scopes) => connect(server.addToken(login, scopes).value),
    main: () => repository.git.parse("refs/heads/main") ?? "",
    commit: (change) => commitFiles(repository, change),
    propose,
    async open(branch) {
      const { head } = propose(branch);
      const { data } = await octokit.pulls.create({
        ...at,
        head: branch,
        base: "main",
        title: `Propose ${branch}`,
      });
      return { head, number: data.number };
    },
    async close() {
      await server.stop();
      server.expectNoViolations();
    },
  };
}

/** What stands at a path in an answer of GraphQL, `repository.pullRequest`. */
export function pick(path: string, answer: unknown): unknown {
  let value = answer;
  for (const key of path.split(".")) value = (value as Readonly<Record<string, unknown>>)[key];
  return value;
}
