import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
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

  it("says what else has to be done before it can be recorded", async () => {
    await mergeProposal(await workspace.open(), "card");
    workspace.git("reset", "--quiet", "--hard", "HEAD^1");
    const later = { GIT_COMMITTER_DATE: "2031-01-01T00:00:00Z" };
    await mergeProposal(await workspace.open(undefined, later), "card");
    expect(workspace.warnings).toEqual([
      expect.stringMatching(/was rewritten.* Bring the old commits back .* Then modeltrail audit record/s),
    ]);
  });

  it("anchors nothing in storage that clones share which never see its branches", async () => {
    const storage = join(workspace.folder, "../artifacts");
    const policy = readFileSync(join(workspace.folder, "modeltrail.yaml"), "utf8");
    workspace.write("modeltrail.yaml", policy.replace("file:.modeltrail/artifacts/", `file:${storage}/`));
    workspace.git("commit", "--quiet", "-am", "elsewhere");
    expect(await mergeProposal(await workspace.open(), "card")).toMatchObject({ status: "merged" });
    expect((await readLog(await workspace.open())).entries).toHaveLength(3);
    expect(existsSync(join(storage, ".audit"))).toBe(false);
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
