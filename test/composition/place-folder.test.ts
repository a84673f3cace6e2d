import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newRegistry, type Workspace } from "../builders/workspace.ts";

const storage = { uri: "file:.modeltrail/artifacts/" };

describe("placeFolder", () => {
  let workspace: Workspace;
  let linked: string;
  let gone: string;
  beforeAll(async () => {
    workspace = await newRegistry({ storage });
    linked = join(workspace.folder, "../trees/linked");
    gone = join(workspace.folder, "../gone");
    workspace.git("worktree", "add", "--quiet", "-b", "other", linked);
    workspace.git("worktree", "add", "--quiet", "-b", "third", gone);
    rmSync(gone, { recursive: true });
  });
  afterAll(() => workspace.dispose());

  it("knows every work tree of the repository, from each of them", async () => {
    for (const folder of [workspace.folder, linked]) {
      const { placeFolder } = await workspace.open(folder);
      const place = (name: string): Promise<unknown> => placeFolder(name, storage);
      for (const tree of [linked, join(linked, "..")])
        expect(await place(tree)).toMatchObject({ holds: "a work tree of the registry" });
      expect(await place(workspace.folder)).toMatchObject({ holds: "the Git repository" });
      expect(await place(join(workspace.folder, ".modeltrail"))).toMatchObject({
        holds: "the registry's storage",
      });
      for (const tree of [workspace.folder, linked])
        expect(await place(join(tree, "models/fraud"))).toEqual({
          holds: undefined,
          inWorkTree: "models/fraud",
        });
      for (const free of [gone, join(workspace.folder, "../out")])
        expect(await place(free)).toEqual({ holds: undefined, inWorkTree: undefined });
    }
  });
});
