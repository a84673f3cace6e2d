import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { initRegistry, type InitOptions } from "../../src/workflows/init.ts";
import { cloneWorkspace, runGit, type Workspace } from "./workspace.ts";

/** Two people with a clone each of a plain Git host, and artifacts in a folder that both reach. */
export interface Team {
  readonly ada: Workspace;
  readonly grace: Workspace;
  /** The bare repository. */
  readonly host: string;
  readonly dispose: () => Promise<void>;
}

export async function openTeam(options: Partial<InitOptions> = {}): Promise<Team> {
  const parent = realpathSync(mkdtempSync(join(tmpdir(), "modeltrail-host-")));
  const host = join(parent, "host.git");
  runGit(parent, "init", "--quiet", "--bare", "--initial-branch=main", host);
  const ada = cloneWorkspace(host);
  runGit(ada.folder, "symbolic-ref", "HEAD", "refs/heads/main");
  await initRegistry(await ada.open(), {
    name: "acme-models",
    stages: ["staging", "production"],
    storage: { uri: `file:${parent}/artifacts/` },
    ...options,
  });
  ada.git("push", "--quiet", "-u", "origin", "main");
  const grace = cloneWorkspace(host);
  return {
    ada,
    grace,
    host,
    dispose: async () => {
      await grace.dispose();
      await ada.dispose();
      rmSync(parent, { recursive: true, force: true });
    },
  };
}
