import { mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { initRegistry } from "../../src/workflows/init.ts";
import { registerVersion } from "../../src/workflows/register/register.ts";
import { validateWorkTree } from "../../src/workflows/validate.ts";
import { aRegistry, textOf } from "../builders/manifests.ts";
import { newWorkspace, type Workspace } from "../builders/workspace.ts";

const open: Workspace[] = [];
afterEach(async () => {
  for (const workspace of open.splice(0)) await workspace.dispose();
});

/** A registry made by hand; `prepare` may lay links, and returns the storage's address. */
function registry(prepare: (workspace: Workspace) => string): Workspace {
  const workspace = newWorkspace();
  open.push(workspace);
  const uri = prepare(workspace);
  workspace.write("modeltrail.yaml", textOf(aRegistry([{ name: "staging" }], { storage: { uri } })));
  workspace.git("add", "modeltrail.yaml");
  workspace.git("commit", "--quiet", "-m", "registry");
  return workspace;
}

function link(workspace: Workspace, target: string, name: string): string {
  symlinkSync(join(workspace.folder, target), join(workspace.folder, name));
  return `file:${name}/`;
}

describe("a store that leads into Git or the manifests", () => {
  it.each<[string, (workspace: Workspace) => string]>([
    ["by its relative path", () => "file:.git/refs/heads/"],
    ["by its absolute path", ({ folder }) => `file:${folder}/.git/refs/heads/`],
    ["by a link to .git", (workspace) => link(workspace, ".git/refs/heads", "store")],
    ["by an absolute path to models", ({ folder }) => `file:${folder}/models/`],
    [
      "by a link to models",
      (workspace) => {
        mkdirSync(join(workspace.folder, "models"));
        return link(workspace, "models", "store");
      },
    ],
  ])("%s is not opened", async (_, prepare) => {
    const workspace = registry(prepare);
    const model = workspace.write("../model.bin", "weights\n");
    const before = workspace.git("for-each-ref", "--format=%(refname) %(objectname)");
    await expect(registerVersion(await workspace.open(), "fraud", model)).rejects.toMatchObject({
      code: "USAGE",
    });
    expect(workspace.git("for-each-ref", "--format=%(refname) %(objectname)")).toBe(before);
    expect(workspace.git("status", "--porcelain", "--", "models")).toBe("");
  });

  it("and stands in a linked work tree is not opened either", async () => {
    const workspace = registry(({ folder }) => `file:${folder}/.git/worktrees/`);
    workspace.git("worktree", "add", "--quiet", "-b", "other", "../linked");
    const model = workspace.write("../model.bin", "weights\n");
    const linked = join(workspace.folder, "../linked");
    await expect(registerVersion(await workspace.open(linked), "fraud", model)).rejects.toMatchObject({
      code: "USAGE",
    });
  });

  it.each<[string, (workspace: Workspace) => string]>([
    ["by its absolute path", ({ folder }) => `file:${folder}/../linked/models/`],
    ["by a link", (workspace) => link(workspace, "../linked/models", "store")],
  ])("and lies in models of a linked work tree is opened from none of them: %s", async (_, prepare) => {
    const workspace = registry((made) => prepare(made).replace(`${made.folder}/..`, join(made.folder, "..")));
    workspace.git("worktree", "add", "--quiet", "-b", "other", "../linked");
    workspace.git("worktree", "add", "--quiet", "-b", "third", "../third");
    const linked = join(workspace.folder, "../linked");
    mkdirSync(join(linked, "models"));
    const model = workspace.write("../model.bin", "weights\n");
    for (const folder of [workspace.folder, linked, join(workspace.folder, "../third")])
      await expect(registerVersion(await workspace.open(folder), "fraud", model)).rejects.toMatchObject({
        code: "USAGE",
      });
    expect(readdirSync(join(linked, "models"))).toEqual([]);
  });

  it("and lies in models of a registry in a sub-folder of a linked work tree is not opened", async () => {
    const workspace = newWorkspace();
    open.push(workspace);
    const linked = join(workspace.folder, "../linked");
    const uri = `file:${linked}/ml/models/`;
    workspace.write("ml/modeltrail.yaml", textOf(aRegistry([{ name: "staging" }], { storage: { uri } })));
    workspace.git("add", ".");
    workspace.git("commit", "--quiet", "-m", "registry");
    workspace.git("worktree", "add", "--quiet", "-b", "other", linked);
    const model = workspace.write("../model.bin", "weights\n");
    for (const folder of [workspace.folder, linked])
      await expect(
        registerVersion(await workspace.open(join(folder, "ml")), "fraud", model),
      ).rejects.toMatchObject({ code: "USAGE" });
  });

  it("is a finding of validate, with the artifacts or without", async () => {
    const workspace = registry(() => "file:.git/refs/heads/");
    for (const artifacts of ["none", "all"] as const) {
      const report = await validateWorkTree(await workspace.open(), artifacts);
      expect(report.findings).toMatchObject([
        { code: "STORAGE_INVALID", file: "modeltrail.yaml", pointer: "/spec/storage/uri" },
      ]);
      expect(report.findings[0]?.line).toBeGreaterThan(1);
    }
  });

  it.each(["file:../x/", "file:.git/x/", "file:models/", "s3://acme-models/../x/"])(
    "is not written by init: %s",
    async (uri) => {
      const workspace = newWorkspace();
      open.push(workspace);
      const context = await workspace.open();
      await expect(
        initRegistry(context, { name: "acme", stages: ["staging"], storage: { uri } }),
      ).rejects.toMatchObject({ code: "USAGE" });
    },
  );

  it("is another thing than one beside them", async () => {
    const workspace = registry(({ folder }) => `file:${folder}/store/models/`);
    const model = workspace.write("../model.bin", "weights\n");
    expect(await registerVersion(await workspace.open(), "fraud", model)).toMatchObject({
      status: "proposed",
    });
  });
});

describe("init", () => {
  it("speaks of the registry's name", async () => {
    const workspace = newWorkspace();
    open.push(workspace);
    const wish = { name: "A B", stages: ["staging"], storage: { uri: "file:store/" } };
    await expect(initRegistry(await workspace.open(), wish)).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining("registry name"),
    });
  });
});
