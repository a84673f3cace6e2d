import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readLog } from "../../../src/workflows/audit/log.ts";
import { mergeProposal } from "../../../src/workflows/merge.ts";
import { newRegistry, type Workspace } from "../../builders/workspace.ts";

let workspace: Workspace;
beforeEach(async () => {
  workspace = await newRegistry();
  workspace.git("switch", "--quiet", "-c", "card");
  workspace.write("models/fraud/notes.md", "x\n");
  workspace.git("add", "models");
  workspace.git("commit", "--quiet", "-m", "notes");
  workspace.git("switch", "--quiet", "main");
});
afterEach(() => workspace.dispose());

describe("a merge without a forge", () => {
  it("is recorded, and again when it was merged already", async () => {
    const { commit } = await mergeProposal(await workspace.open(), "card");
    const { entries } = await readLog(await workspace.open());
    expect(entries.map(({ entry }) => entry.kind)).toEqual(["edit", "config"]);
    expect(entries[0]?.entry.source).toBe(commit);
    workspace.git("branch", "--quiet", "-D", "modeltrail-audit");
    expect(await mergeProposal(await workspace.open(), "card")).toMatchObject({ status: "already" });
    expect((await readLog(await workspace.open())).entries).toHaveLength(2);
  });

  it("stands where it cannot be recorded, and says what to run", async () => {
    workspace.git("branch", "--quiet", "modeltrail-audit", "main");
    expect(await mergeProposal(await workspace.open(), "card")).toMatchObject({ status: "merged" });
    expect(workspace.warnings).toEqual([expect.stringContaining("modeltrail audit record")]);
    expect(workspace.git("rev-parse", "modeltrail-audit")).toBe(workspace.git("rev-parse", "main^1"));
  });

  it("that is denied records nothing", async () => {
    workspace.git("switch", "--quiet", "-c", "bad");
    workspace.write("models/fraud/stages/production/stage.yaml", "x\n");
    workspace.git("add", "models");
    workspace.git("commit", "--quiet", "-m", "bad");
    workspace.git("switch", "--quiet", "main");
    expect(await mergeProposal(await workspace.open(), "bad")).toMatchObject({ status: "denied" });
    expect(workspace.git("branch", "--list", "modeltrail-audit")).toBe("");
  });
});
