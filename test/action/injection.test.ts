import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import { afterEach, describe, expect, it } from "vitest";
import { runStep, type StepResult } from "../builders/action-step.ts";
import { checkout } from "../builders/checkout.ts";
import { pushEvent, requestEvent, scheduleEvent } from "../builders/events.ts";
import { type NoCloneTeam, openNoCloneTeam, promote } from "../builders/no-clone-team.ts";
import { commandsIn } from "../builders/runner-commands.ts";

let team: NoCloneTeam;
afterEach(() => team.dispose());

/** Everything that a log, a comment or a page could take for more than words. */
const EVIL = [
  "::error file=a::pwned",
  "::set-output name=verdict::pass",
  "\u00a0::stop-commands::x",
  "##[add-mask]a",
  "a ##[error]pwned",
  "![p](https://evil.example/a.png)",
  "[click](https://evil.example)",
  "<img src=x onerror=alert(1)>",
  "<!-- modeltrail:verdict e3b0c44298fc -->",
  "@acme/admins #1 GH-1 fixes #1",
  "`` ` ``` |",
  "\u001b[2J\u001b[31m",
  "\u202e\u2066\u200b\u0085\ufeff",
  "%0A::error::pwned",
  "{{ 1 }} ${{ secrets.X }}",
];
const EVIL_TEXT = EVIL.join("\n");
const EVIL_LINE = EVIL.join(" ");

/** Names that Git takes, which is nearly anything. */
const FILES: readonly (readonly [path: string, content: string])[] = [
  ...EVIL.map(
    (name, at) => [`models/fraud/versions/${at}${name.replaceAll("/", "\u2215")}.yaml`, name] as const,
  ),
  [`models/fraud/versions/a\n::error::pwned\n.yaml`, "x"],
  [`models/::error::pwned/model.yaml`, EVIL_TEXT],
  [
    "models/evil/model.yaml",
    `apiVersion: ${JSON.stringify(EVIL_LINE)}\nkind: ${JSON.stringify(EVIL_TEXT)}\n`,
  ],
  [
    "models/evil/stages/staging/stage.yaml",
    `spec: {version: ${JSON.stringify(EVIL_LINE)}, "${"x".repeat(50)}##[error]": 1}\n`,
  ],
  [
    "models/fraud/stages/staging/stage.yaml",
    `# +argocd:skip-file-rendering\nkind: "ModelStage"\nspec:\n  model: ${JSON.stringify(EVIL_LINE)}\n  version: "::error::"\n`,
  ],
];

/** Puts the files on a branch by git itself, whose trees hold what no checkout would. */
function commitEvil(branch: string): void {
  const { git } = team.world.repository;
  const quote = (path: string): string =>
    `"${[...Buffer.from(path)].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("")}"`;
  const message = Buffer.from(EVIL_TEXT);
  const stream = [
    `commit refs/heads/${branch}\ncommitter ::error:: <e@example.com> 1800000000 +0000\ndata ${message.length}\n`,
    message,
    "\nfrom refs/heads/main^0\n",
    ...FILES.flatMap(([path, content]) => {
      const bytes = Buffer.from(content);
      return [`M 100644 inline ${quote(path)}\ndata ${bytes.length}\n`, bytes, "\n"];
    }),
  ];
  git.run(["fast-import", "--quiet", "--force"], Buffer.concat(stream.map((part) => Buffer.from(part))));
}

async function proposeEvil(): Promise<number> {
  team = await openNoCloneTeam();
  await team.register("fraud", "1.0.0");
  await team.register("fraud", "1.1.0");
  await promote(team);
  await team.merge("promote/staging/fraud/1.0.0");
  commitEvil("<img>@acme|x");
  const { data } = await team.world.octokit.pulls.create({
    ...team.world.at,
    head: "<img>@acme|x",
    base: "main",
    title: EVIL_LINE.slice(0, 250),
    body: EVIL_TEXT,
  });
  return data.number;
}

function expectInertLog({ stdout, stderr }: StepResult, names: readonly string[]): void {
  expect(stderr).toBe("");
  const commands = commandsIn(stdout);
  expect([...new Set(commands.map(({ name }) => name))].toSorted()).toEqual([...names].toSorted());
  for (const { name, data, properties } of commands) {
    if (name === "add-mask") continue;
    // What the toolkit issued is what the runner reads, and none of it is a command again.
    for (const text of [data, ...Object.values(properties)]) {
      expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      expect(text).not.toContain("##[");
    }
  }
  expect(commands.filter(({ data }) => data === "pwned")).toEqual([]);
  expect(stdout.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
}

/** Of Markdown as GitHub renders it: no tag, link or mention that is not ours. */
function expectInertMarkdown(markdown: string): void {
  const html = micromark(markdown, {
    allowDangerousHtml: true,
    allowDangerousProtocol: true,
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
  });
  const ours = "h3 p ul li table thead tbody tr th td br code pre sub em strong".split(" ");
  const tags = [...html.matchAll(/<\/?([a-z][a-z0-9]*)/gi)].map(([, tag]) => tag ?? "");
  expect([...new Set(tags)].filter((tag) => !ours.includes(tag))).toEqual([]);
  const visible = html.replaceAll(/<(code|pre)[\s\S]*?<\/\1>/g, " ").replaceAll(/<[^>]*>/g, "");
  expect(visible).not.toMatch(/@[A-Za-z0-9]|\bGH-\d/);
  // The number of the pull request itself is what GitHub gave.
  expect(visible.replace(/#\d+: /g, "").replaceAll("&#", "")).not.toMatch(/#\d/);
  expect(html.match(/<!--/g) ?? []).toHaveLength(markdown.startsWith("<!-- modeltrail:verdict") ? 1 : 0);
  expect(markdown).not.toMatch(/[\p{Cf}\p{Zl}\p{Zp}]/u);
}

describe("what a hostile pull request says", { timeout: 120_000 }, () => {
  it("reaches logs, annotations, comment, summary and statuses as words alone", async () => {
    const number = await proposeEvil();
    const result = await runStep("validate", team.world, {
      event: requestEvent(team.world, number, "opened"),
    });
    expect(result.code).toBe(1);
    expect(result.outputs["verdict"]).toBe("fail");
    expect(Object.keys(result.outputs).toSorted()).toEqual(["findings", "report", "verdict"]);
    expectInertLog(result, ["add-mask", "error"]);
    const commands = commandsIn(result.stdout);
    // Ten annotations, and the line that says why the step failed.
    expect(commands.filter(({ name }) => name === "error")).toHaveLength(11);
    expectInertMarkdown(result.summary);
    const { comments } = team.world.repository.pulls.get(number)!;
    expect(comments).toHaveLength(1);
    expectInertMarkdown(comments[0]?.body ?? "");
    for (const { description } of team.world.repository.statuses) {
      expect(description).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      expect(description?.length).toBeLessThanOrEqual(140);
    }
    const all = await runStep("validate", team.world, { event: scheduleEvent() });
    expectInertLog(all, ["add-mask"]);
    expectInertMarkdown(all.summary);
  });

  it("reaches the record of what was pushed around the gates as words alone", async () => {
    const number = await proposeEvil();
    const { world } = team;
    await world.octokit.pulls.merge({ ...world.at, pull_number: number, merge_method: "merge" });
    const folder = mkdtempSync(join(tmpdir(), "modeltrail-evil-"));
    try {
      const result = await runStep("record", world, {
        event: pushEvent(world),
        inputs: { comment: "true" },
        env: { GITHUB_WORKSPACE: await checkout(world, folder, 0) },
      });
      expect(result.code).toBe(0);
      expect(Number(result.outputs["unverified"])).toBeGreaterThan(5);
      expectInertLog(result, ["add-mask", "warning"]);
      expectInertMarkdown(result.summary);
      const { comments } = world.repository.pulls.get(number)!;
      expect(comments).toHaveLength(1);
      expectInertMarkdown((comments[0]?.body ?? "").replace(/^<!-- modeltrail:recorded .*/, ""));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("reaches a deploy's log as words alone, and no output", async () => {
    team = await openNoCloneTeam();
    for (const [model, stage] of [
      ["fraud", "::error::pwned"],
      [EVIL_LINE, "staging"],
      ["fraud\n::error::pwned", "staging"],
    ] as const) {
      const result = await runStep("gate", team.world, { inputs: { model, stage } });
      expect(result.code).toBe(1);
      expect(result.outputs).toEqual({});
      expectInertLog(result, ["add-mask", "error"]);
      expect(commandsIn(result.stdout).filter(({ name }) => name === "error")).toHaveLength(1);
    }
  });
});

describe("a runner's commands", () => {
  it.each<[string, readonly string[]]>([
    ["::error::a", ["error"]],
    [" \t::set-output name=a::b", ["set-output"]],
    ["a ::error::b", []],
    ["a ##[error]b", ["error"]],
    ["::unknown::b", []],
    ["a\r::error::b", ["error"]],
    ["\\u003a:error::b", []],
  ])("are found in %j", (line, names) => {
    expect(commandsIn(line).map(({ name }) => name)).toEqual(names);
  });
});
