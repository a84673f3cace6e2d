import { describe, expect, it } from "vitest";
import { promoteVersion } from "../../../src/workflows/promote.ts";
import { retireStage } from "../../../src/workflows/retire.ts";
import { type GitHubTeam, teamsOfTest } from "../../builders/github-team.ts";

const OLD = "promote/staging/fraud/1.0.0";
const openTeam = teamsOfTest();

async function start(): Promise<
  GitHubTeam & {
    readonly promote: (version: string) => Promise<string>;
    readonly tip: (branch: string) => string | undefined;
    /** As when the last step of closing a superseded proposal failed. */
    readonly leave: (branch: string, head: string) => void;
    /** The one pull request of a branch; the newest of several. */
    readonly pull: (branch: string) => Promise<{ readonly number: number; readonly body: string }>;
  }
> {
  const team = await openTeam();
  const { world, open, register } = team;
  for (const version of ["1.0.0", "1.1.0", "1.2.0"]) await register("fraud", version);
  const { git } = world.repository;
  return {
    ...team,
    promote: async (version) => (await promoteVersion(await open(), `fraud@${version}`, "staging")).status,
    tip: (branch) => git.parse(`refs/heads/${branch}`),
    leave: (branch, head) => git.move(`refs/heads/${branch}`, null, head),
    pull: async (branch) => {
      const { data } = await world.octokit.pulls.list({ ...world.at, state: "all", head: `acme:${branch}` });
      const [last] = data.toSorted((a, b) => b.number - a.number);
      return { number: last?.number ?? 0, body: last?.body ?? "" };
    },
  };
}

describe("branches that superseded proposals left", { timeout: 120_000 }, () => {
  it("go, and never one whose pull request has the text of another", async () => {
    const { world, promote, tip, leave, pull } = await start();
    await promote("1.0.0");
    const head = tip(OLD) ?? "";
    await promote("1.1.0");
    const { body } = await pull(OLD);
    const rob = world.as("rob");
    const reject = async (): Promise<void> => {
      const { data } = await rob.pulls.create({ ...world.at, head: OLD, base: "main", title: "Again", body });
      await rob.pulls.update({ ...world.at, pull_number: data.number, state: "closed" });
    };
    // At a commit of his own, and at the very one that was superseded.
    leave(OLD, head);
    const his = world.commit({ branch: OLD, files: { "notes.txt": "mine" }, message: "Look" });
    await reject();
    await promote("1.2.0");
    expect(tip(OLD)).toBe(his);
    await expect(promote("1.0.0")).rejects.toMatchObject({ code: "REJECTED_BEFORE" });
    world.repository.git.move(`refs/heads/${OLD}`, his, head);
    await reject();
    await promote("1.1.0");
    expect(tip(OLD)).toBe(head);
    await expect(promote("1.0.0")).rejects.toMatchObject({ code: "REJECTED_BEFORE" });
  });

  it("go although many branches of people are named like proposals", async () => {
    const { world, promote, tip, leave } = await start();
    const names = Array.from({ length: 6 }, (_, index) => `promote/staging/fraud/0.${index}.0`);
    for (const branch of names) world.commit({ branch, files: { "mine.txt": branch }, message: "My work" });
    await promote("1.0.0");
    const head = tip(OLD) ?? "";
    await promote("1.1.0");
    leave(OLD, head);
    await promote("1.2.0");
    expect(tip(OLD)).toBeUndefined();
    for (const branch of names) expect(tip(branch)).toBeDefined();
  });

  it("go where they were of a retirement", async () => {
    const { open, bring, promote, tip, leave } = await start();
    await bring("fraud", "1.0.0", "staging");
    const outcome = await retireStage(await open(), "fraud", "staging", {});
    expect(outcome.status).toBe("opened");
    const retire = "retire/staging/fraud";
    const head = tip(retire) ?? "";
    await promote("1.1.0");
    expect(tip(retire)).toBeUndefined();
    leave(retire, head);
    await promote("1.2.0");
    expect(tip(retire)).toBeUndefined();
  });
});
