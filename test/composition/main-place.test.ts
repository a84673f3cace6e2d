import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { EMBEDDED_STORAGE } from "../../src/workflows/init.ts";
import { registerVersion } from "../../src/workflows/register/register.ts";
import { verifyArtifacts } from "../../src/workflows/verify.ts";
import { aRegistry, textOf } from "../builders/manifests.ts";
import { newWorkspace, runGit, type Workspace } from "../builders/workspace.ts";

const open: Workspace[] = [];
afterEach(async () => {
  for (const workspace of open.splice(0)) await workspace.dispose();
});

/** A registry with embedded storage, and an empty folder beside it. */
function registry(prefix = ""): Workspace & { readonly beside: string; readonly model: string } {
  const workspace = newWorkspace();
  open.push(workspace);
  const policy = aRegistry([{ name: "staging" }], {
    storage: { uri: EMBEDDED_STORAGE },
    registration: "direct",
  });
  workspace.write(`${prefix}modeltrail.yaml`, textOf(policy));
  workspace.git("add", ".");
  workspace.git("commit", "--quiet", "-m", "registry");
  const beside = join(workspace.folder, "../beside");
  mkdirSync(beside);
  return { ...workspace, beside, model: workspace.write("../model.bin", "weights\n") };
}

function stored(folder: string): boolean {
  return existsSync(join(folder, ".modeltrail/artifacts/fraud/1.0.0/model.bin"));
}

describe("embedded storage", () => {
  it.each([
    ["of a bare repository", "proj.git", "", "proj.git"],
    ["of a bare repository, in a sub-folder", "proj.git", "ml/", "proj.git/ml"],
    ["of a bare repository that is a folder .git", ".git", "", "."],
  ])("%s is one for all of its work trees", async (_, name, prefix, place) => {
    const { beside, folder, model, open: openAt } = registry(prefix);
    const bare = join(beside, name);
    runGit(beside, "clone", "--quiet", "--bare", folder, bare);
    runGit(bare, "remote", "remove", "origin");
    const [main, feat] = [join(beside, "main"), join(beside, "feat")];
    runGit(bare, "worktree", "add", "--quiet", main, "main");
    await registerVersion(await openAt(join(main, prefix)), "fraud", model, { version: "1.0.0" });
    runGit(bare, "worktree", "add", "--quiet", "-b", "feat", feat, "main");
    expect(stored(join(beside, place))).toBe(true);
    for (const at of [join(main, prefix), join(feat, prefix), ...(prefix === "" ? [bare] : [])])
      expect((await verifyArtifacts(await openAt(at), undefined)).versions).toMatchObject([{ ok: true }]);
    expect(stored(dirname(beside))).toBe(false);
  });

  it("is in the main work tree where Git lies apart, and elsewhere only once it is said where that is", async () => {
    const { beside, folder, model, git, open: openAt } = registry();
    git("init", "--quiet", `--separate-git-dir=${join(beside, "apart")}`);
    await registerVersion(await openAt(), "fraud", model, { version: "1.0.0" });
    expect(stored(folder)).toBe(true);
    const linked = join(beside, "linked");
    git("worktree", "add", "--quiet", "-b", "feat", linked);
    await expect(verifyArtifacts(await openAt(linked), undefined)).rejects.toMatchObject({ code: "USAGE" });
    git("config", "core.worktree", folder);
    for (const at of [folder, linked])
      expect((await verifyArtifacts(await openAt(at), undefined)).versions).toMatchObject([{ ok: true }]);
  });
});
