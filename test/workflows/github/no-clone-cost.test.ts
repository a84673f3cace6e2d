import { afterEach, describe, expect, it } from "vitest";
import { promoteVersion } from "../../../src/workflows/promote.ts";
import { resolveModel } from "../../../src/workflows/resolve.ts";
import { type NoCloneTeam, openNoCloneTeam } from "../../builders/no-clone-team.ts";
import { commitFiles } from "../../servers/github/commit-files.ts";

let team: NoCloneTeam | undefined;
afterEach(async () => {
  await team?.dispose();
  team = undefined;
});

interface Cost {
  readonly requests: number;
  readonly bytes: number;
}

async function costOf({ during }: NoCloneTeam, work: () => Promise<unknown>): Promise<Cost> {
  const requests = await during(work);
  return { requests: requests.length, bytes: requests.reduce((sum, { bytes }) => sum + bytes, 0) };
}

/** Other models with some versions each, as far as a command sees them. */
function addModels({ world }: NoCloneTeam, count: number): void {
  const files: Record<string, string> = {};
  for (let at = 0; at < count; at += 1)
    for (const version of ["1.0.0", "1.1.0", "1.2.0"])
      files[`models/other-${at}/versions/${version}.yaml`] = `nothing to see in ${at}\n`;
  commitFiles(world.repository, { files, message: `${count} models` });
}

/** What GitHub's API says of one more folder: its name, its mode, its id. */
const BYTES_OF_A_ROW = 100;

describe("what a promotion without a clone costs", () => {
  it("grows with the names of other models alone", async () => {
    team = await openNoCloneTeam();
    const here = team;
    const { open, register, world } = here;
    await register("fraud", "1.0.0");
    const promote = async (): Promise<void> =>
      expect(await promoteVersion(await open(), "fraud@1.0.0", "staging")).toMatchObject({
        status: "opened",
      });
    const resolve = async (): Promise<unknown> => resolveModel(await open(), "fraud@1.0.0");
    const small = { promote: await costOf(here, promote), resolve: await costOf(here, resolve) };
    const [pull] = world.repository.pulls.values();
    expect(pull).toBeDefined();
    world.repository.git.move(
      "refs/heads/promote/staging/fraud/1.0.0",
      world.repository.git.parse("refs/heads/promote/staging/fraud/1.0.0") ?? null,
      null,
    );
    world.repository.pulls.clear();
    addModels(here, 100);
    const large = { promote: await costOf(here, promote), resolve: await costOf(here, resolve) };
    // One commit more to look back over.
    expect(large.promote.requests).toBeLessThanOrEqual(small.promote.requests + 1);
    expect(large.resolve.requests).toBe(small.resolve.requests);
    expect(large.resolve.bytes - small.resolve.bytes).toBeLessThan(101 * BYTES_OF_A_ROW);
    expect(large.promote.bytes - small.promote.bytes).toBeLessThan(2 * 101 * BYTES_OF_A_ROW);
    expect(small.promote.requests).toBeLessThan(30);
    expect(small.resolve.requests).toBeLessThan(8);
  });
});
