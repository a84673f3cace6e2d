import { type GitRepository, openRepository } from "../../../../src/adapters/git/open.ts";
import { openHosted } from "../../../../src/adapters/git/hosted-repository.ts";
import {
  type ApiRepository,
  openApiRepository,
  parseRegistryAddress,
} from "../../../../src/adapters/github/objects/open-github-objects.ts";
import { TEST_ENV } from "../../../builders/workspace.ts";
import { openWorld, type World } from "../../../servers/github/world.ts";

/** `acme/models` on the test's own GitHub, by its API and as native git sees the same repository. */
export interface ApiPlace {
  readonly world: World;
  /** As a new command sees it. */
  open(): { readonly repository: GitRepository; readonly api: ApiRepository };
  /** The server's own folder, opened by git. */
  native(): Promise<GitRepository>;
  /** Runs git there. */
  git(...args: readonly string[]): string;
  close(): Promise<void>;
}

export async function openApiPlace(options: Parameters<typeof openWorld>[0] = {}): Promise<ApiPlace> {
  const world = await openWorld(options);
  const opened: GitRepository[] = [];
  const { git } = world.repository;
  return {
    world,
    open() {
      const api = openApiRepository({
        address: parseRegistryAddress(`${world.server.url}/acme/models`),
        token: world.token.value,
        userAgent: "modeltrail/test",
        patience: { retryPauseMs: 1, rateLimitMs: 0, timeoutMs: 10_000 },
      });
      const repository = openHosted({ host: api, env: {}, now: () => new Date() });
      opened.push(repository);
      return { repository, api };
    },
    async native() {
      const repository = await openRepository(git.folder, { env: TEST_ENV });
      opened.push(repository);
      return repository;
    },
    git: (...args) => git.text(["-c", "user.name=P", "-c", "user.email=p@example.com", ...args]).trim(),
    async close() {
      for (const repository of opened) await repository.close();
      await world.close();
    },
  };
}
