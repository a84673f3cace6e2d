import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CLI, runCli } from "../builders/cli.ts";
import { newWorkspace, TEST_ENV, type Workspace } from "../builders/workspace.ts";
import { newShell, succeed } from "./world.ts";

describe.skipIf(!existsSync(CLI))("the program as it is installed (needs a build)", () => {
  let workspace: Workspace;
  beforeAll(async () => {
    workspace = newWorkspace();
    await succeed(newShell(workspace.folder), "init", "--name", "acme");
  });
  afterAll(() => workspace.dispose());

  const inShell = (line: string): { readonly status: number | null; readonly stderr: string } =>
    spawnSync("bash", ["-c", line], {
      cwd: workspace.folder,
      env: { ...TEST_ENV, NODE: process.execPath, CLI },
      encoding: "utf8",
    });

  it("answers, and ends with the exit code", async () => {
    expect(await runCli(workspace.folder, "list", "--quiet")).toEqual({
      code: 0,
      stdout: "No models yet.\n",
      stderr: "",
    });
    expect(await runCli(workspace.folder, "show", "nobody")).toMatchObject({ code: 1, stdout: "" });
    expect(await runCli(workspace.folder, "shew")).toMatchObject({ code: 2, stdout: "" });
  });

  it("does not mind a reader that has seen enough", () => {
    expect(inShell('"$NODE" "$CLI" --help | head -1; exit ${PIPESTATUS[0]}')).toMatchObject({
      status: 0,
      stderr: "",
    });
  });

  it.skipIf(!existsSync("/dev/full"))(
    "never takes an answer that was not written for a yes (needs /dev/full)",
    () => {
      const { status, stderr } = inShell('"$NODE" "$CLI" list > /dev/full');
      expect(status).toBe(2);
      expect(stderr).toContain("error[FILE_SYSTEM]");
    },
  );
});
