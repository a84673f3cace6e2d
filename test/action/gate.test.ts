import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runStep, type StepResult } from "../builders/action-step.ts";
import { type NoCloneTeam, openNoCloneTeam, promote } from "../builders/no-clone-team.ts";

let team: NoCloneTeam;
beforeAll(async () => {
  team = await openNoCloneTeam();
  await team.register("fraud", "1.0.0");
  const outcome = await promote(team);
  if (outcome.status !== "already") await team.merge(outcome.branch);
});
afterAll(() => team.dispose());

const STAGE = { model: "fraud", stage: "staging" };

function gate(inputs: Readonly<Record<string, string>>, env = {}): Promise<StepResult> {
  return runStep("gate", team.world, { inputs: { ...STAGE, ...inputs }, env });
}

describe("action/gate", { timeout: 120_000 }, () => {
  it("lets a deploy through, with what it needs to know", async () => {
    const { code, outputs, stdout } = await gate({});
    expect(stdout).toContain("pass fraud@staging");
    expect(code).toBe(0);
    expect(outputs).toEqual({
      version: "1.0.0",
      uri: expect.stringMatching(/\/fraud\/1\.0\.0\/.*bin$/) as string,
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string,
      format: expect.any(String) as string,
      size: expect.stringMatching(/^\d+$/) as string,
      commit: team.world.main(),
    });
  });

  it("reads a registry by its name or address, with less than the workflow's own token may do", async () => {
    const token = team.world.server.addToken("eve", { metadata: "read", contents: "read" }).value;
    const env = { GITHUB_REPOSITORY: "acme/shop" };
    for (const registry of ["acme/models", team.address]) {
      const { code, outputs } = await gate({ registry, token }, env);
      expect(code).toBe(0);
      expect(outputs["version"]).toBe("1.0.0");
    }
  });

  it.each<[string, Record<string, string>, RegExp]>([
    [
      "another version or digest",
      { "expect-version": "1.1.0", "expect-digest": "sha256:00" },
      /staging holds 1\.0\.0, not 1\.1\.0; .* not sha256:00/,
    ],
    ["an empty stage", { stage: "production" }, /EMPTY_STAGE/],
    ["a token that GitHub does not know", { token: "ghp_wrong" }, /Check the input "token"/],
    ["no such registry", { registry: "acme/other" }, /NOT_FOUND/],
    ["a registry on another GitHub", { registry: "https://github.com/acme/models" }, /the input "registry"/],
    ["an unknown input", { expect: "1.0.0" }, /the input "expect" is not known/],
  ])("stops a deploy, without an output: %s", async (_, inputs, why) => {
    const { code, outputs, stdout } = await gate(inputs);
    expect(stdout).toMatch(why);
    expect(code).toBe(1);
    expect(outputs).toEqual({});
    expect(stdout.match(/^::error::/gm)).toHaveLength(1);
  });

  it("stops a deploy when any request fails", async () => {
    const { server } = team.world;
    const from = server.requests.length;
    await gate({});
    const count = server.requests.length - from;
    expect(count).toBeGreaterThan(0);
    const isLong = process.env["MODELTRAIL_TEST_LONG"] === "1";
    for (let nth = 0; nth < count; nth += isLong ? 1 : 3) {
      let seen = 0;
      server.fail({ matches: () => seen++ === nth, fault: 403 });
      const { code, outputs } = await gate({});
      server.heal();
      expect(code).toBe(1);
      expect(outputs).toEqual({});
    }
  });

  it("stops a deploy when the bytes are others", async () => {
    const folder = join(team.env["HOME"] ?? "", "artifacts", "fraud", "1.0.0");
    const [file = ""] = readdirSync(folder);
    writeFileSync(join(folder, file), "fraud 1.0.1\n");
    const { code, outputs, stdout } = await gate({});
    expect(stdout).toContain("has other bytes in storage");
    expect(code).toBe(1);
    expect(outputs).toEqual({});
  });
});
