import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { runCli } from "../builders/cli.ts";
import { mergeProposal } from "../../src/workflows/merge.ts";
import { promoteVersion } from "../../src/workflows/promote.ts";
import { listProposals } from "../../src/workflows/proposals.ts";
import { openTeam } from "../builders/team.ts";
import { newRegistry, type Workspace } from "../builders/workspace.ts";

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

const POLICY = "modeltrail.yaml";

/** Breaks the policy on main, and mends it on the branch `fix`; `mend` may do otherwise. */
function breakPolicy(workspace: Workspace, mend: (text: string) => string = (text) => text): void {
  const good = readFileSync(join(workspace.folder, POLICY), "utf8");
  commit(workspace, POLICY, "spec: [\n");
  workspace.git("switch", "--quiet", "-c", "fix");
  commit(workspace, POLICY, mend(good));
  workspace.git("switch", "--quiet", "main");
}

function commit(workspace: Workspace, path: string, text: string): void {
  workspace.write(path, text);
  workspace.git("add", path);
  workspace.git("commit", "--quiet", "-m", `change ${path}`);
}

async function registry(): Promise<Workspace> {
  const workspace = await newRegistry();
  cleanups.push(() => workspace.dispose());
  return workspace;
}

describe("a broken policy", () => {
  it("is mended by merging the branch that mends it", async () => {
    const workspace = await registry();
    breakPolicy(workspace);
    const result = await mergeProposal(await workspace.open(), "fix", { mending: "fix" });
    expect(result).toMatchObject({ status: "merged", verdict: { verdict: "pass" } });
    expect(workspace.git("show", `main:${POLICY}`)).toBe(workspace.git("show", `fix:${POLICY}`));
    expect(await listProposals(await workspace.open())).toMatchObject({ proposals: [] });
  });

  it("is mended from the command line", async () => {
    const workspace = await registry();
    breakPolicy(workspace);
    const { code, stderr } = await runCli(workspace.folder, "merge", "fix");
    expect(stderr).not.toContain("BROKEN_MANIFEST");
    expect(code).toBe(0);
  });

  it("is mended through a remote, too", async () => {
    const team = await openTeam();
    cleanups.push(() => team.dispose());
    breakPolicy(team.ada);
    team.ada.git("push", "--quiet", "origin", "main", "fix");
    expect(await mergeProposal(await team.grace.open(), "fix", { mending: "fix" })).toMatchObject({
      status: "merged",
    });
    team.ada.git("fetch", "--quiet");
    expect(team.ada.git("show", `origin/main:${POLICY}`)).toContain("acme-models");
  });

  it("lets no other change through on the way", async () => {
    const workspace = await registry();
    breakPolicy(workspace);
    workspace.git("switch", "--quiet", "fix");
    commit(workspace, "models/fraud/README.md", "# Fraud\n");
    workspace.git("switch", "--quiet", "main");
    const before = workspace.git("rev-parse", "main");
    expect(await mergeProposal(await workspace.open(), "fix", { mending: "fix" })).toMatchObject({
      status: "denied",
    });
    expect(workspace.git("rev-parse", "main")).toBe(before);
  });

  it.each([
    ["is not there", (workspace: Workspace): string => (breakPolicy(workspace), "nowhere")],
    ["is no branch's name", (workspace: Workspace): string => (breakPolicy(workspace), "a..b")],
    ["is broken as well", (workspace: Workspace): string => (breakPolicy(workspace, () => "x: ["), "fix")],
    [
      "names another host",
      (workspace: Workspace): string => {
        breakPolicy(workspace, (text) =>
          text.replace("spec:\n", 'spec:\n  forge:\n    github: "acme/models"\n'),
        );
        return "fix";
      },
    ],
    [
      "names another default branch",
      (workspace: Workspace): string => {
        breakPolicy(workspace, (text) => text.replace("spec:\n", 'spec:\n  branch: "trunk"\n'));
        return "fix";
      },
    ],
  ])("stays what it is when the branch %s", async (_, prepare) => {
    const workspace = await registry();
    const mending = prepare(workspace);
    const before = workspace.git("rev-parse", "main");
    await expect(mergeProposal(await workspace.open(), mending, { mending })).rejects.toMatchObject({
      code: "BROKEN_MANIFEST",
      hint: expect.stringContaining("merge"),
    });
    expect(workspace.git("rev-parse", "main")).toBe(before);
  });

  it("stops every other command", async () => {
    const workspace = await registry();
    breakPolicy(workspace);
    await expect(listProposals(await workspace.open())).rejects.toMatchObject({ code: "BROKEN_MANIFEST" });
    await expect(promoteVersion(await workspace.open(), "fraud@1.0.0", "staging")).rejects.toMatchObject({
      code: "BROKEN_MANIFEST",
    });
  });
});
