import { describe, expect, it } from "vitest";
import { promoteVersion } from "../../../src/workflows/promote.ts";
import { resolveModel } from "../../../src/workflows/resolve.ts";
import { type NoCloneTeam, teamsOfFile } from "../../builders/no-clone-team.ts";
import { commitFiles } from "../../servers/github/commit-files.ts";

const start = teamsOfFile();

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

/** Commits on main, each of which changes a file of another model. */
function addCommits({ world }: NoCloneTeam, count: number): void {
  const { git } = world.repository;
  const commits = Array.from({ length: count }, (_, at) => {
    const from = at === 0 ? `from ${world.main()}\n` : "";
    const file = `M 100644 inline models/other-${at % 7}/README.md\ndata ${String(at).length}\n${at}\n`;
    return `commit refs/heads/main\ncommitter A <a@example.com> ${1_800_000_000 + at} +0000\ndata 1\nx\n${from}${file}`;
  });
  git.text(["fast-import", "--quiet", "--force"], commits.join(""));
}

/** What GitHub's API says of one more folder: its name, its mode, its id. */
const BYTES_OF_A_ROW = 100;

describe("what a promotion without a clone costs", () => {
  it("grows with the names of other models alone", async () => {
    const team = await start();
    const { open, register, world } = team;
    await register("fraud", "1.0.0");
    const promote = async (): Promise<void> =>
      expect(await promoteVersion(await open(), "fraud@1.0.0", "staging")).toMatchObject({
        status: "opened",
      });
    const resolve = async (): Promise<unknown> => resolveModel(await open(), "fraud@1.0.0");
    const small = { promote: await costOf(team, promote), resolve: await costOf(team, resolve) };
    const [pull] = world.repository.pulls.values();
    expect(pull).toBeDefined();
    world.repository.git.move(
      "refs/heads/promote/staging/fraud/1.0.0",
      world.repository.git.parse("refs/heads/promote/staging/fraud/1.0.0") ?? null,
      null,
    );
    world.repository.pulls.clear();
    addModels(team, 100);
    const large = { promote: await costOf(team, promote), resolve: await costOf(team, resolve) };
    // One commit more to look back over.
    expect(large.promote.requests).toBeLessThanOrEqual(small.promote.requests + 1);
    expect(large.resolve.requests).toBe(small.resolve.requests);
    expect(large.resolve.bytes - small.resolve.bytes).toBeLessThan(101 * BYTES_OF_A_ROW);
    expect(large.promote.bytes - small.promote.bytes).toBeLessThan(2 * 101 * BYTES_OF_A_ROW);
    expect(small.promote.requests).toBeLessThan(30);
    expect(small.resolve.requests).toBeLessThan(8);
  });

  it("grows slowly with what happened since the version was registered", async () => {
    const team = await start();
    const { open, register } = team;
    await register("fraud", "1.0.0");
    addCommits(team, 3000);
    const deep = await costOf(team, async () =>
      expect(await promoteVersion(await open(), "fraud@1.0.0", "staging")).toMatchObject({
        status: "opened",
        verdict: { verdict: "pass" },
      }),
    );
    expect(deep.requests).toBeLessThan(40);
    expect(deep.bytes).toBeLessThan(1_000_000);
  });

  it("is walked in smaller steps where GitHub finds a question too much", async () => {
    const team = await start();
    const { open, register, world } = team;
    await register("fraud", "1.0.0");
    addCommits(team, 300);
    const message = "Resource limits for this query exceeded.";
    world.server.fail({
      // Of a hundred commits and more.
      matches: ({ operationId, bytes }) => operationId === "graphql/repository" && bytes > 5000,
      fault: { status: 200, body: { data: null, errors: [{ type: "RESOURCE_LIMITS_EXCEEDED", message }] } },
    });
    expect(await promoteVersion(await open(), "fraud@1.0.0", "staging")).toMatchObject({ status: "opened" });
  });
});
