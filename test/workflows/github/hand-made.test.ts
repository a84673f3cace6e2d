import { describe, expect, it } from "vitest";
import { mergeProposal } from "../../../src/workflows/merge.ts";
import { resolveModel } from "../../../src/workflows/resolve.ts";
import { validateRequest } from "../../../src/workflows/validate-request.ts";
import { type GitHubTeam, teamsOfTest } from "../../builders/github-team.ts";
import { commitFiles } from "../../servers/github/commit-files.ts";

const FILE = "models/fraud/stages/staging/stage.yaml";

const newTeam = teamsOfTest();

/** As the web editor does it: a branch of its own with one line changed, and a pull request. */
async function editByHand({ world }: GitHubTeam, to: string): Promise<number> {
  const text = world.repository.git
    .text(["show", `main:${FILE}`])
    .replace(/version: ".*"/, `version: "${to}"`);
  commitFiles(world.repository, {
    branch: "ada-patch-1",
    files: { [FILE]: text },
    message: "Update stage.yaml",
  });
  const { data } = await world.octokit.pulls.create({
    ...world.at,
    head: "ada-patch-1",
    base: "main",
    title: "Update stage.yaml",
  });
  return data.number;
}

interface Suggested {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

async function suggestionsOn({ world }: GitHubTeam, number: number): Promise<readonly Suggested[]> {
  const { data } = await world.octokit.pulls.listReviewComments({ ...world.at, pull_number: number });
  return data.map(({ body, line, start_line: start }) => ({
    from: start ?? line ?? 0,
    to: line ?? 0,
    text: /```suggestion\n([\s\S]*?)\n```/.exec(body)?.[1] ?? "",
  }));
}

/** What the button "Commit suggestion" does. */
function commitSuggestion({ world }: GitHubTeam, { from, to, text }: Suggested): void {
  const lines = world.repository.git.text(["show", `ada-patch-1:${FILE}`]).split("\n");
  lines.splice(from - 1, to - from + 1, ...text.split("\n"));
  commitFiles(world.repository, {
    branch: "ada-patch-1",
    files: { [FILE]: lines.join("\n") },
    message: "Apply suggestion from code review",
  });
}

describe("a pull request that somebody made in the browser", () => {
  it("is judged like any other, gets the exact lines as suggestions, and is merged by its number", async () => {
    const team = await newTeam();
    const { world, ada, open, register, bring } = team;
    await register("fraud", "1.0.0");
    // As long a name that its size is another, so that lines further down are wrong too.
    await register("fraud", "1.10.0");
    await bring("fraud", "1.0.0", "staging");
    const number = await editByHand(team, "1.10.0");

    const denied = await mergeProposal(await open(), String(number));
    expect(denied).toMatchObject({ status: "denied", branch: "ada-patch-1" });
    expect(denied.verdict?.gates.find(({ gate }) => gate === "consistency")?.findings).toMatchObject(
      expect.arrayContaining([expect.objectContaining({ code: "STAGE_DIFFERS" })]),
    );

    const judge = async (): ReturnType<typeof validateRequest> =>
      validateRequest(await open(), number, { artifacts: "none", suggest: true });
    expect(await judge()).toMatchObject({
      verdict: "fail",
      suggestions: [{ file: FILE, version: "1.10.0" }],
    });
    const [first, ...others] = await suggestionsOn(team, number);
    expect(others).toEqual([]);
    expect(first?.text).toMatch(/^ {4}uri: ".*\/fraud\/1\.10\.0\/.*"\n {4}digest: "sha256:[0-9a-f]{64}"$/);
    // The size stands too far below the edited line for GitHub to show it.
    expect(ada.hints.join()).toContain("run this again");
    await judge();
    expect(await suggestionsOn(team, number)).toHaveLength(1);

    if (first !== undefined) commitSuggestion(team, first);
    await judge();
    const second = (await suggestionsOn(team, number))[1];
    expect(second?.text).toMatch(/^ {4}sizeBytes: "\d+"$/);
    if (second !== undefined) commitSuggestion(team, second);
    expect(await judge()).toMatchObject({ verdict: "pass", suggestions: [] });

    expect(await mergeProposal(await open(), `#${number}`)).toMatchObject({ status: "merged" });
    expect(await resolveModel(await open(), "fraud@staging")).toMatchObject({ version: "1.10.0" });
    // It is a person's branch, and theirs to delete.
    expect(world.repository.git.parse("refs/heads/ada-patch-1")).toBeDefined();
  });

  it("is refused by number when it is no open pull request of this repository", async () => {
    const team = await newTeam();
    const { open } = team;
    await expect(mergeProposal(await open(), "99")).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(validateRequest(await open(), 99, { artifacts: "none" })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  });
});
