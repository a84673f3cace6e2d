import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newWorkspace, type Workspace } from "../builders/workspace.ts";
import { expectDocument, expectMessages } from "./output-schemas.ts";
import { newShell, succeed, type Shell, type Spoken } from "./world.ts";

interface Step {
  readonly argv: readonly string[];
  readonly code?: number;
  /** What the JSON document, or the error, has to hold. */
  readonly json?: object;
  readonly text?: RegExp;
}

const promote = (version: string, stage: string, more: Partial<Step> = {}): Step => ({
  argv: ["promote", `fraud@${version}`, "--to", stage],
  json: { status: "opened", branch: `promote/${stage}/fraud/${version}`, verdict: { verdict: "pass" } },
  text: new RegExp(`Next: modeltrail merge promote/${stage}/fraud/${version}`),
  ...more,
});
const merge = (branch: string): Step => ({
  argv: ["merge", branch],
  json: { status: "merged", branch },
  text: /Merged/,
});

const STORY: readonly Step[] = [
  { argv: ["list"], json: { models: [], stages: ["staging", "production"] }, text: /No models yet/ },
  { argv: ["history"], json: { events: [] }, text: /Nothing happened/ },
  { argv: ["verify"], json: { versions: [], findings: [] }, text: /no versions/ },
  {
    argv: ["register", "fraud", "../m1/w.bin", "--metric", "auc=0.91"],
    json: { status: "registered", version: "1.0.0", format: "custom" },
    text: /Registered fraud 1\.0\.0/,
  },
  {
    argv: ["register", "fraud", "../m1/w.bin"],
    json: { status: "unchanged", version: "1.0.0" },
    text: /Unchanged/,
  },
  {
    argv: ["register", "fraud", "../m2", "--metrics", "../metrics.json", "--description", "second"],
    json: { version: "1.1.0", files: 2 },
    text: /2 files/,
  },
  {
    argv: [
      "register",
      "fraud",
      "../m3",
      "--bump",
      "major",
      "--label",
      "team=risk",
      "--dataset",
      "tx=s3://data/tx/",
      "--parent",
      "fraud@1.1.0",
      "--run",
      "https://mlflow.example/1",
    ],
    json: { version: "2.0.0" },
    text: /2\.0\.0/,
  },
  {
    argv: ["register", "fraud", "../m3", "--version", "1.0.0"],
    code: 1,
    json: { error: { code: "VERSION_TAKEN" } },
    text: /VERSION_TAKEN/,
  },
  { argv: ["proposals"], json: { proposals: [] }, text: /No proposal is open/ },
  promote("1.0.0", "staging"),
  promote("1.0.0", "staging", { json: { status: "unchanged" }, text: /Unchanged/ }),
  {
    argv: ["proposals"],
    json: { proposals: [{ branch: "promote/staging/fraud/1.0.0", verdict: "pass" }] },
    text: /promote\/staging\/fraud\/1\.0\.0 +pass/,
  },
  merge("promote/staging/fraud/1.0.0"),
  promote("1.1.0", "production", {
    code: 1,
    json: { status: "denied", verdict: { verdict: "fail" } },
    text: /Denied by order/,
  }),
  promote("1.0.0", "production"),
  merge("promote/production/fraud/1.0.0"),
  {
    argv: ["promote", "fraud@latest", "--to", "staging", "--dry-run"],
    json: { status: "planned" },
    text: /Would propose promote\/staging\/fraud\/2\.0\.0/,
  },
  promote("1.1.0", "staging"),
  merge("promote/staging/fraud/1.1.0"),
  {
    argv: ["promote", "fraud@staging", "--to", "production", "--reason", "better"],
    json: { status: "opened" },
    text: /Proposed/,
  },
  merge("promote/production/fraud/1.1.0"),
  promote("1.1.0", "production", { json: { status: "already", version: "1.1.0" }, text: /already/ }),
  { argv: ["resolve", "fraud@production"], json: { version: "1.1.0", stage: "production" }, text: /1\.1\.0/ },
  {
    argv: ["resolve", "fraud@production", "--field", "version"],
    json: "1.1.0" as never,
    text: /^1\.1\.0\n$/,
  },
  {
    argv: ["gate", "fraud@production", "--expect-version", "1.1.0"],
    json: { pass: true, reasons: [] },
    text: /pass/,
  },
  {
    argv: ["gate", "fraud@production", "--expect-version", "1.0.0"],
    code: 1,
    json: { pass: false },
    text: /deny/,
  },
  { argv: ["pull", "fraud@production", "../out"], json: { status: "pulled", files: 2 }, text: /Pulled/ },
  { argv: ["pull", "fraud@production", "../out"], json: { status: "unchanged" }, text: /already/ },
  {
    argv: ["pull", "fraud@1.0.0", "../out"],
    code: 2,
    json: { error: { code: "INVALID_INPUT" } },
    text: /INVALID_INPUT/,
  },
  {
    argv: ["rollback", "fraud", "--stage", "production"],
    json: { status: "opened", branch: "rollback/production/fraud/1.0.0" },
    text: /rollback\(production\)/,
  },
  merge("rollback/production/fraud/1.0.0"),
  {
    argv: ["rollback", "fraud", "--stage", "production"],
    code: 1,
    json: { error: { code: "NO_ROLLBACK_TARGET" } },
    text: /NO_ROLLBACK_TARGET/,
  },
  {
    argv: ["yank", "fraud@1.1.0", "--reason", "leak"],
    code: 1,
    json: { error: { code: "STAGE_IN_USE" } },
    text: /held by staging/,
  },
  {
    argv: ["yank", "fraud@1.1.0", "--reason", "leak", "--replace-with", "2.0.0"],
    json: { status: "opened", branch: "yank/fraud/1.1.0" },
    text: /yank: fraud 1\.1\.0/,
  },
  merge("yank/fraud/1.1.0"),
  { argv: ["yank", "fraud@1.1.0", "--reason", "leak"], json: { status: "already" }, text: /yanked before/ },
  { argv: ["resolve", "fraud@1.1.0"], json: { yanked: true }, text: /yanked/ },
  { argv: ["pull", "fraud@1.1.0", "../out2"], code: 1, json: { error: { code: "YANKED" } }, text: /YANKED/ },
  {
    argv: ["retire", "fraud", "--stage", "staging"],
    json: { status: "opened", branch: "retire/staging/fraud" },
    text: /RETIRE_DELETES_DEPLOYMENT/,
  },
  { argv: ["close", "retire/staging/fraud"], json: { status: "closed" }, text: /Closed/ },
  { argv: ["close", "retire/staging/fraud"], json: { status: "unchanged" }, text: /closed before/ },
  {
    argv: ["merge", "retire/staging/fraud"],
    code: 1,
    json: { error: { code: "REJECTED_BEFORE" } },
    text: /REJECTED_BEFORE/,
  },
  {
    argv: ["retire", "fraud", "--stage", "staging"],
    code: 1,
    json: { error: { code: "REJECTED_BEFORE" } },
    text: /--reopen/,
  },
  {
    argv: ["retire", "fraud", "--stage", "staging", "--reopen"],
    json: { status: "opened" },
    text: /Proposed/,
  },
  merge("retire/staging/fraud"),
  {
    argv: ["resolve", "fraud@staging"],
    code: 1,
    json: { error: { code: "EMPTY_STAGE" } },
    text: /EMPTY_STAGE/,
  },
  {
    argv: ["list"],
    json: {
      models: [
        { model: "fraud", stages: { production: "1.0.0" }, latest: "2.0.0", versions: 3, broken: false },
      ],
    },
    text: /fraud +- +1\.0\.0 +2\.0\.0 +3/,
  },
  {
    argv: ["show", "fraud"],
    json: {
      versions: [
        { version: "2.0.0" },
        { version: "1.1.0", yanked: true },
        { version: "1.0.0", stages: ["production"] },
      ],
    },
    text: /yanked/,
  },
  {
    argv: ["show", "fraud@1.1.0"],
    json: {
      selected: { version: "1.1.0", metrics: [{ name: "auc", value: 0.93, dataset: "holdout" }] },
      yank: { replacement: "2.0.0" },
    },
    text: /leak/,
  },
  {
    argv: ["show", "fraud@2.0.0"],
    json: { selected: { labels: { team: "risk" } } },
    text: /parent +fraud@1\.1\.0/,
  },
  {
    argv: ["diff", "fraud@1.0.0", "1.1.0"],
    json: { equal: false, files: [{ path: "a.bin" }, { path: "b.txt" }, { path: "w.bin" }] },
    text: /added/,
  },
  {
    argv: ["diff", "fraud@1.0.0", "fraud@1.0.0", "--exit-code"],
    json: { equal: true },
    text: /Nothing differs/,
  },
  { argv: ["diff", "fraud@1.0.0", "2.0.0", "--exit-code"], code: 1, json: { equal: false }, text: /→/ },
  {
    argv: ["history", "fraud", "--stage", "production"],
    json: {
      events: [
        { kind: "rollback" },
        { kind: "promote", from: "1.0.0", to: "1.1.0" },
        { kind: "promote", to: "1.0.0" },
      ],
    },
    text: /rollback/,
  },
  {
    argv: ["history", "--at", "2999-01-01"],
    json: { stages: [{ model: "fraud", stage: "production", version: "1.0.0" }] },
    text: /production +1\.0\.0/,
  },
  {
    argv: ["history", "--at", "2000-01-01"],
    code: 1,
    json: { error: { code: "NOT_FOUND" } },
    text: /begins/,
  },
  {
    argv: ["verify"],
    json: { versions: [{ ok: true }, { ok: true }, { ok: true }] },
    text: /3 of 3 versions/,
  },
  { argv: ["validate"], json: { verdict: "pass", models: 1 }, text: /nothing wrong/ },
  {
    argv: ["validate", "--base", "main~1"],
    json: { verdict: "pass", transitions: [{ kind: "retire" }] },
    text: /may be merged/,
  },
  { argv: ["doctor"], json: { healthy: true }, text: /Everything/ },
  { argv: ["init"], json: { status: "unchanged" }, text: /already/ },
];

describe.each(["text", "json"] as const)("the life of a model, answered in %s", (format) => {
  let workspace: Workspace;
  let shell: Shell;

  beforeAll(async () => {
    workspace = newWorkspace();
    shell = newShell(workspace.folder);
    workspace.write("../m1/w.bin", "one");
    workspace.write("../m2/a.bin", "two");
    workspace.write("../m2/b.txt", "words");
    workspace.write("../m3/w.bin", "three");
    workspace.write("../metrics.json", '[{"name":"auc","value":0.93,"dataset":"holdout"}]');
    await succeed(shell, "init", "--name", "acme");
  });
  afterAll(() => workspace.dispose());

  it.each(STORY.map((step) => [step.argv.join(" "), step] as const))("%s", async (_, step) => {
    const answer = await shell.run(...step.argv, "-o", format);
    expect(answer.code, answer.stdout + answer.stderr).toBe(step.code ?? 0);
    if (format === "json") checkJson(step, answer);
    else {
      expect(answer.stdout + answer.stderr).toMatch(step.text ?? /./);
      expect(step.code !== undefined || answer.stdout !== "").toBe(true);
    }
  });

  it("left a sound repository, and what was pulled", () => {
    expect(workspace.git("fsck", "--strict", "--no-dangling")).toBe("");
    expect(workspace.git("status", "--porcelain")).toBe("");
    expect(readFileSync(join(workspace.folder, "../out/a.bin"), "utf8")).toBe("two");
    expect(existsSync(join(workspace.folder, "../out2"))).toBe(false);
  });
});

function checkJson(step: Step, { stdout, stderr }: Spoken): void {
  const messages = expectMessages(stderr);
  const document = stdout === "" ? undefined : expectDocument(step.argv[0] ?? "", stdout);
  const wanted = step.json ?? {};
  if (typeof wanted !== "object") expect(document).toBe(wanted);
  else if ("error" in wanted)
    expect(messages).toContainEqual(
      expect.objectContaining({ error: expect.objectContaining(wanted.error as object) }),
    );
  else expect(document).toMatchObject(wanted);
}
