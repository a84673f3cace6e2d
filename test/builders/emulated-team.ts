import { mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openGitHubForge } from "../../src/adapters/github/open-github-forge.ts";
import type { OpenedContext } from "../../src/composition/opened-context.ts";
import type { PullRequests } from "../../src/ports/forge.ts";
import { initRegistry } from "../../src/workflows/init.ts";
import { registerVersion } from "../../src/workflows/register/register.ts";
import { GitBridge } from "../servers/emulators/bridge.ts";
import { type Emulator, EmulatorClient } from "../servers/emulators/emulator.ts";
import { cloneWorkspace, type Workspace } from "./workspace.ts";

/** A registry in `acme/models` of an emulator, whose versions arrive by commits on main. */
export interface EmulatedTeam {
  readonly bridge: GitBridge;
  readonly ada: Workspace;
  /** As a command of Ada's sees it. */
  readonly open: (token?: string) => Promise<OpenedContext>;
  readonly register: (model: string, version: string) => Promise<void>;
  /** What people do on GitHub. */
  readonly as: (login: "ada" | "rob") => EmulatorClient;
  /** What no command does alone. */
  readonly host: () => Promise<PullRequests>;
  readonly dispose: () => Promise<void>;
}

export async function openEmulatedTeam(start: () => Promise<Emulator>): Promise<EmulatedTeam> {
  const emulator = await start();
  const bridge = await GitBridge.start(emulator);
  const parent = realpathSync(mkdtempSync(join(tmpdir(), "modeltrail-artifacts-")));
  // By its folder: git that waits for the server of this very process would wait for ever.
  const ada = cloneWorkspace(bridge.folder);
  ada.git("remote", "set-url", "origin", bridge.gitUrl);
  await initRegistry(await ada.open(), {
    name: "acme-models",
    stages: ["staging", "production"],
    storage: { uri: `file:${parent}/artifacts/` },
    forge: { github: "acme/models", apiUrl: bridge.apiUrl },
  });
  const policy = readFileSync(join(ada.folder, "modeltrail.yaml"), "utf8");
  ada.write("modeltrail.yaml", policy.replace('"pull-request"', '"direct"'));
  ada.git("commit", "--quiet", "--all", "--amend", "--no-edit");
  ada.git("push", "--quiet", bridge.folder, "main");
  // An address that tells who it is: approvals of commits by anybody else do not count.
  const mail = "ada@users.noreply.github.com";
  const open = (token: string = emulator.tokens.ada): Promise<OpenedContext> =>
    ada.open(undefined, { GITHUB_TOKEN: token, GIT_AUTHOR_EMAIL: mail, GIT_COMMITTER_EMAIL: mail });
  return {
    bridge,
    ada,
    open,
    async register(model, version) {
      const file = ada.write(`../${model}-${version}.bin`, `${model} ${version}\n`);
      await registerVersion(await open(), model, file, { version });
    },
    as: (login) => new EmulatorClient(bridge.apiUrl, emulator.tokens[login]),
    async host() {
      const { repository } = await open();
      await repository.remote.fetch();
      const { pullRequests } = openGitHubForge({
        owner: "acme",
        name: "models",
        apiUrl: bridge.apiUrl,
        token: emulator.tokens.ada,
        repository,
        branchPrefix: "",
        base: "main",
        userAgent: "modeltrail/test",
      });
      if (pullRequests === undefined) throw new Error("a GitHub without pull requests");
      return pullRequests;
    },
    dispose: async () => {
      await ada.dispose();
      rmSync(parent, { recursive: true, force: true });
      await bridge.stop();
    },
  };
}
