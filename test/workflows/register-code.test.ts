import { afterEach, describe, expect, it } from "vitest";
import { EMBEDDED_STORAGE, initRegistry } from "../../src/workflows/init.ts";
import { registerVersion, type RegisterOptions } from "../../src/workflows/register/register.ts";
import { newWorkspace, type Workspace } from "../builders/workspace.ts";

const open: Workspace[] = [];
afterEach(async () => {
  for (const workspace of open.splice(0)) await workspace.dispose();
});

describe("code in the registry's own repository", () => {
  /** Code and models in one repository, and a registry in a folder of it. */
  async function monorepo(folder: string): Promise<Workspace> {
    const workspace = newWorkspace();
    open.push(workspace);
    workspace.write("train/train.py", "train()");
    workspace.git("add", ".");
    workspace.git("commit", "--quiet", "-m", "train");
    workspace.write(`${folder}.keep`, "");
    await initRegistry(await workspace.open(`${workspace.folder}/${folder}`), {
      name: "acme-models",
      stages: ["staging"],
      storage: { uri: EMBEDDED_STORAGE },
    });
    return workspace;
  }

  async function recorded(workspace: Workspace, folder: string, told: RegisterOptions): Promise<string> {
    const bytes = workspace.write("../model.bin", "weights");
    const context = await workspace.open(`${workspace.folder}/${folder}`);
    await registerVersion(context, "fraud", bytes, told);
    return workspace.git("show", `HEAD:${folder}models/fraud/versions/1.0.0.yaml`);
  }

  it.each(["train", "."])("is recorded when it lies outside the registry's folder: %s", async (where) => {
    const workspace = await monorepo("registry/");
    const head = workspace.git("rev-parse", "HEAD").trim();
    const codeFolder = `${workspace.folder}/${where}`;
    expect(await recorded(workspace, "registry/", { codeFolder, codeGiven: true })).toContain(
      `commit: "${head}"`,
    );
  });

  it("is recorded from another work tree of the repository", async () => {
    const workspace = await monorepo("registry/");
    const head = workspace.git("rev-parse", "HEAD").trim();
    workspace.git("worktree", "add", "--quiet", "--detach", "../linked");
    const codeFolder = `${workspace.folder}/../linked/train`;
    expect(await recorded(workspace, "registry/", { codeFolder })).toContain(`commit: "${head}"`);
  });

  it.each([
    ["registry/", "registry"],
    ["registry/", "registry/models"],
    ["", "train"],
  ])("is none in the registry's folder %j: %s", async (registryFolder, where) => {
    const workspace = await monorepo(registryFolder);
    workspace.write(`${where}/notes.txt`, "");
    const codeFolder = `${workspace.folder}/${where}`;
    const text = await recorded(workspace, registryFolder, { codeFolder, codeGiven: true });
    expect(text).not.toContain("lineage");
    expect(workspace.hints.join()).toContain("registry's own folder");
  });

  it("is not missed unless it was asked for", async () => {
    const workspace = await monorepo("");
    const codeFolder = workspace.folder;
    expect(await recorded(workspace, "", { codeFolder })).not.toContain("lineage");
    expect(workspace.hints.join()).not.toContain("own folder");
  });

  it.each(["../nowhere", "train/typo", ".."])("has to be there when it is asked for: %s", async (where) => {
    const workspace = await monorepo("registry/");
    const codeFolder = `${workspace.folder}/${where}`;
    await expect(recorded(workspace, "registry/", { codeFolder, codeGiven: true })).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining(where.replace(/^.*\//, "")),
    });
    expect(await recorded(workspace, "registry/", { codeFolder })).not.toContain("lineage");
  });
});
