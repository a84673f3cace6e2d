import { expect, it } from "vitest";
import { diagnose } from "../../../src/workflows/doctor.ts";
import type { Check } from "../../../src/workflows/doctor/check.ts";
import { type GitHubTeam, teamsOfTest } from "../../builders/github-team.ts";

const start = teamsOfTest();

async function checkForge({ ada, world }: GitHubTeam, token: string): Promise<Check | undefined> {
  const { checks } = await diagnose(
    await ada.open(`${world.server.url}/acme/models`, { GITHUB_TOKEN: token }),
  );
  return checks.find(({ name }) => name === "forge");
}

it("doctor says when the token may only read, and what commands need", async () => {
  const team = await start();
  const { server, token } = team.world;
  expect(await checkForge(team, token.value)).toMatchObject({ status: "ok" });
  expect(await checkForge(team, server.addToken("eve").value)).toMatchObject({
    status: "warn",
    hint: expect.stringMatching(/Contents \(write\) and Pull requests \(write\)/),
  });
  // As GitHub answers an App, and for a repository that nobody writes to any more.
  const none = { admin: false, push: false, pull: false };
  for (const [body, status] of [
    [{ permissions: none }, "ok"],
    [{ permissions: { ...none, push: true }, archived: true }, "warn"],
  ] as const) {
    server.fail({
      matches: ({ operationId }) => operationId === "repos/get",
      fault: { status: 200, body },
      times: 1,
    });
    expect(await checkForge(team, token.value)).toMatchObject({ status });
  }
});
