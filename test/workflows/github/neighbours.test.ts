import { expect, it } from "vitest";
import { mergeProposal } from "../../../src/workflows/merge.ts";
import { aRegistry, textOf } from "../../builders/manifests.ts";
import { teamsOfTest } from "../../builders/github-team.ts";
import { commitFiles } from "../../servers/github/commit-files.ts";

const newTeam = teamsOfTest();

it("merge leaves a pull request alone that changes another registry of the repository", async () => {
  const { world, open } = await newTeam();
  const { repository, octokit, at } = world;
  const policy = textOf(aRegistry([{ name: "staging" }]));
  commitFiles(repository, { branch: "main", files: { "sub/modeltrail.yaml": policy }, message: "Another" });
  const files = { "sub/models/fraud/stages/staging/stage.yaml": "broken: [" };
  commitFiles(repository, { branch: "patch", files, message: "Break it" });
  const { data } = await octokit.pulls.create({ ...at, head: "patch", base: "main", title: "Break it" });
  await expect(mergeProposal(await open(), String(data.number))).rejects.toMatchObject({
    code: "MERGE_REFUSED",
    message: expect.stringContaining('"sub"'),
  });
  expect((await octokit.pulls.get({ ...at, pull_number: data.number })).data.state).toBe("open");
});
