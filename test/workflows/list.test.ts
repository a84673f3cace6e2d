import { rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { OpenedContext } from "../../src/composition/opened-context.ts";
import { listModels } from "../../src/workflows/list.ts";
import { aModel, aRegistry, aStage, aVersion, aYank, textOf } from "../builders/manifests.ts";
import { newWorkspace, type Workspace } from "../builders/workspace.ts";

const MODELS = 90;

function addModel(workspace: Workspace, name: string): void {
  workspace.write(`models/${name}/model.yaml`, textOf(aModel(name)));
  for (const version of ["1.0.0", "1.1.0"])
    workspace.write(`models/${name}/versions/${version}.yaml`, textOf(aVersion(name, version)));
  for (const stage of ["staging", "production"])
    workspace.write(
      `models/${name}/stages/${stage}/stage.yaml`,
      textOf(aStage(stage, aVersion(name, "1.0.0"))),
    );
}

/** So many models that git lists them in one go, and whatever else may lie about beside them. */
function fill(workspace: Workspace): void {
  const { write } = workspace;
  write("modeltrail.yaml", textOf(aRegistry([{ name: "staging" }, { name: "production" }])));
  for (let n = 0; n < MODELS; n += 1) addModel(workspace, n % 3 === 0 ? `team-${n % 4}/m${n}` : `m${n}`);
  write("models/m1/yanked/1.1.0.yaml", textOf(aYank("m1", "1.1.0")));
  write("models/m2/yanked/1.0.0.yaml", textOf(aYank("m2", "1.0.0")));
  write("models/m4/stages/staging/stage.yaml", "spec: [\n");
  rmSync(join(workspace.folder, "models/m5/stages/staging/stage.yaml"));
  symlinkSync("../production/stage.yaml", join(workspace.folder, "models/m5/stages/staging/stage.yaml"));
  write("models/m7/versions/v1.1.0.yaml", textOf(aVersion("m7", "v1.1.0")));
  write("models/m8/versions/notes.txt", "x\n");
  write("models/m8/deploy/staging/stages/odd/stage.yaml", "x\n");
  write("models/m8/pictures/roc curve.png", "x\n");
  write("models/m10/versions/sub/1.9.0.yaml", "x\n");
  rmSync(join(workspace.folder, "models/m11/model.yaml"));
  write("models/m11/model.yaml/x", "x\n");
  write(
    "models/Bad Name/stages/production/stage.yaml",
    textOf(aStage("production", aVersion("m1", "1.0.0"))),
  );
  write("models/caf\u00e9/versions/1.0.0.yaml", "x\n");
  write("models/team-0/Also Bad/yanked/1.0.0.yaml", "x\n");
  write("models/only-deploy/deploy/staging/x.yaml", "x\n");
  write("models/only-notes/README.md", "x\n");
  write("models/deploy/stages/production/stage.yaml", "x\n");
  write("models/versions/model.yaml", "x\n");
  write("models/a/b/c/stages/production/stage.yaml", "x\n");
  write("models/loose.txt", "x\n");
  writeOddModels(workspace);
  workspace.git("add", "--all");
  workspace.git("commit", "--quiet", "-m", "fill");
}

const ODD = ["m14", "m16", "m17", "m19", "m20", "m20/inner", "m22"];

/** What names, links and the stages' own files tell, besides. */
function writeOddModels({ folder, write }: Workspace): void {
  const at = (path: string): string => join(folder, "models", path);
  // Stages that say another stage, another model, and a version that is not there.
  const one = aVersion("m14", "1.0.0");
  write("models/m14/stages/production/stage.yaml", textOf(aStage("staging", one)));
  write("models/m16/stages/staging/stage.yaml", textOf(aStage("staging", aVersion("m14", "1.0.0"))));
  write("models/m17/stages/staging/stage.yaml", textOf(aStage("staging", aVersion("m17", "9.0.0"))));
  // Links in place of folders.
  rmSync(at("m19/stages"), { recursive: true });
  symlinkSync("../m13/stages", at("m19/stages"));
  rmSync(at("m22/stages/staging"), { recursive: true });
  symlinkSync("production", at("m22/stages/staging"));
  symlinkSync("m13", at("linked"));
  symlinkSync("../m13", at("team-0/linked"));
  symlinkSync("README.md", at("m13/picture"));
  write("models/m20/inner/model.yaml", textOf(aModel("m20/inner")));
}

describe("a list of very many models", () => {
  const workspace = newWorkspace();
  let native: OpenedContext | undefined;
  beforeAll(async () => {
    fill(workspace);
    native = await workspace.open();
  }, 60_000);
  afterAll(() => workspace.dispose());

  it("is the same whether git lists all of it or every tree is read", async () => {
    if (native === undefined) throw new Error("not opened");
    const listed = await listModels(native);
    const warned = [...workspace.warnings];
    const isomorphic = await workspace.open(undefined, { PATH: "" });
    expect(isomorphic.repository.engine).toBe("isomorphic");
    expect(await listModels(isomorphic)).toEqual(listed);
    expect(workspace.warnings.slice(warned.length)).toEqual(warned);
    expect(native.repository.objects.listFolders?.(listed.commit, "")).toBeDefined();
    expect(isomorphic.repository.objects.listFolders?.(listed.commit, "")).toBeUndefined();
    expect(native.repository.counters.blobs).toBe(isomorphic.repository.counters.blobs);
    expect(native.repository.counters.trees).toBeGreaterThan(MODELS * 4);
  });

  it("marks what is broken, and nothing else", async () => {
    if (native === undefined) throw new Error("not opened");
    const { models } = await listModels(native);
    const rows = new Map(models.map((row) => [row.model, row]));
    expect(rows.get("m13")).toEqual({
      model: "m13",
      stages: { production: "1.0.0", staging: "1.0.0" },
      latest: "1.1.0",
      versions: 2,
      broken: false,
    });
    expect(rows.get("m1")).toMatchObject({ latest: "1.0.0", versions: 2, broken: false });
    expect(rows.get("team-0/m0")).toMatchObject({ broken: false });
    expect(rows.get("m4")?.stages).toEqual({ production: "1.0.0", staging: null });
    expect(rows.get("m5")?.stages).toEqual({ production: "1.0.0", staging: null });
    const broken = [
      "Bad Name",
      "caf\u00e9",
      "deploy",
      "m11",
      "m2",
      "m4",
      "m5",
      "m7",
      "team-0/Also Bad",
      "versions",
    ];
    expect(models.filter((row) => row.broken).map(({ model }) => model)).toEqual(
      [...broken, ...ODD].toSorted(),
    );
    // As `resolve` answers: a yanked version with its mark, and nothing for what contradicts itself.
    expect(rows.get("m2")?.stages).toEqual({ production: "1.0.0", staging: "1.0.0" });
    expect(rows.get("m14")?.stages).toEqual({ production: null, staging: "1.0.0" });
    expect(rows.get("m16")?.stages).toEqual({ production: "1.0.0", staging: null });
    expect(rows.get("m17")?.stages).toEqual({ production: "1.0.0", staging: null });
    expect(rows.has("only-deploy")).toBe(false);
    expect(rows.has("only-notes")).toBe(false);
  });

  it("warns of links where a model's folder could be", () => {
    const said = workspace.warnings.join("\n");
    for (const link of ["models/linked", "models/team-0/linked"])
      expect(said).toContain(`${link} is no folder`);
    expect(said).not.toContain("models/m13/picture");
  });

  it("says GIT when a folder is missing from the repository", async () => {
    const { folder } = workspace;
    const tree = workspace.git("rev-parse", "HEAD:models/m13/stages").trim();
    workspace.git("switch", "--quiet", "--detach");
    rmSync(join(folder, ".git/objects", tree.slice(0, 2), tree.slice(2)));
    for (const PATH of [process.env["PATH"] ?? "", ""]) {
      const context = await workspace.open(undefined, { PATH });
      await expect(listModels(context)).rejects.toMatchObject({ code: "GIT" });
    }
  });
});
