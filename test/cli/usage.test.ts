import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { main } from "../../src/cli/main.ts";
import { newWorkspace, TEST_ENV, type Workspace } from "../builders/workspace.ts";
import { expectDocument, expectMessages } from "./output-schemas.ts";
import { fillRegistry, newShell, type Shell } from "./world.ts";

let workspace: Workspace;
let shell: Shell;

beforeAll(async () => {
  workspace = newWorkspace();
  shell = newShell(workspace.folder);
  await fillRegistry(workspace, shell);
});
afterAll(() => workspace.dispose());

describe("wrong usage", () => {
  const cases: readonly (readonly [argv: string, hint: RegExp])[] = [
    ["resolv fraud-detector@production", /Did you mean resolve/],
    ["list --refs main", /Did you mean --ref/],
    ["list --colour", /--help/],
    ["list surplus", /modeltrail list --help/],
    ["resolve", /modeltrail resolve --help/],
    ["promote fraud-detector@1.0.0", /--help/],
    ["resolve fraud-detector@production --field name", /--help/],
    ["list -o xml", /--help/],
    ["register fraud-detector x --version 1.0.0 --bump minor", /--help/],
    ["resolve fraud-detector", /./],
    ["history --at yesterday", /2026-11-20/],
    ["history --since 13", /2026-11-20/],
    ["validate --head main", /--base/],
    ["register fraud-detector . --metric auc", /auc=0\.934/],
    ["register fraud-detector . --metric auc=high", /auc=0\.934/],
    ["register fraud-detector . --label team", /team=risk/],
    ["register fraud-detector . --label a=1 --label a=2", /once/],
    ["register fraud-detector . --parent base", /base-encoder/],
    ["register fraud-detector . --run nowhere", /mlflow/],
    ["register fraud-detector . --metrics missing.json", /auc/],
    ["merge main", /proposals/],
    ["gate fraud-detector@1.0.0", /--expect-version/],
    ["audit export --format xml", /modeltrail audit export --help/],
    ["audit lg", /Did you mean log/],
    ["init --github acme", /owner\/name/],
    ["init --github https://github.com/acme/models", /owner\/name/],
  ];

  it.each(cases)("%s: exit 2, with what to do", async (line, hint) => {
    const argv = line.split(" ");
    const text = await shell.run(...argv);
    expect(text).toMatchObject({ code: 2, stdout: "" });
    expect(text.stderr).toMatch(/^error\[USAGE\]: /);
    const json = await shell.run(...argv, "-o", "json");
    const [message] = line.includes("-o xml") ? [undefined] : expectMessages(json.stderr);
    if (message !== undefined) expect(message).toMatchObject({ error: { code: "USAGE" } });
    if (!line.startsWith("resolve fraud-detector") || line.includes("--field"))
      expect(text.stderr).toMatch(hint);
  });

  it("without a command: help, and exit 2", async () => {
    const { code, stdout } = await shell.run();
    expect(code).toBe(2);
    expect(stdout).toMatch(/Usage: modeltrail <command>/);
  });
});

describe("help and version", () => {
  it.each([["--help"], ["-h"], ["help"]])("%s lists every command", async (word) => {
    const { code, stdout, stderr } = await shell.run(word);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const name of ["init", "register", "promote", "merge", "resolve", "gate", "doctor"])
      expect(stdout).toContain(`  ${name} `);
  });

  it.each([[["promote", "--help"]], [["help", "promote"]], [["-o", "json", "promote", "-h"]]])(
    "%j tells all of one",
    async (argv) => {
      const { code, stdout } = await shell.run(...argv);
      expect(code).toBe(0);
      for (const part of ["--to <stage>", "--registry <folder>", "Examples:", "Exit codes:"])
        expect(stdout).toContain(part);
    },
  );

  it.each([[["--version"]], [["-V"]], [["list", "--version"]]])("%j", async (argv) => {
    const { code, stdout } = await shell.run(...argv);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^modeltrail \d+\.\d+\.\d+\n$/);
  });

  it.each([[["--version", "-o", "json"]], [["-ojson", "-V"]], [["list", "--output", "json", "--version"]]])(
    "%j answers as asked",
    async (argv) => {
      const { code, stdout, stderr } = await shell.run(...argv);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(expectDocument("version", stdout)).toEqual({ version: expect.stringMatching(/^\d+\.\d+\.\d+/) });
      const yaml = await shell.run(...argv.map((word) => word.replace("json", "yaml")));
      expect(yaml).toMatchObject({ code: 0, stdout: expect.stringMatching(/^version: "\d/) });
    },
  );
});

describe("options of every command", () => {
  it.each([
    [["-o", "json", "list"]],
    [["list", "-o", "json"]],
    [["--output=json", "list"]],
    [["list", "-ojson"]],
  ])("%j", async (argv) => {
    expectDocument("list", (await shell.run(...argv)).stdout);
  });

  it("--registry works from anywhere, before and after the name", async () => {
    for (const argv of [
      ["--registry", workspace.folder, "list"],
      ["list", "--registry", workspace.folder],
    ]) {
      expect((await shell.runWith({ cwd: "/" }, ...argv)).stdout).toContain("fraud-detector");
    }
    expect(await shell.runWith({ cwd: "/" }, "list")).toMatchObject({ code: 2 });
  });

  it("a misspelt stage is answered with the one that was meant", async () => {
    const { stderr } = await shell.run("promote", "fraud-detector@1.0.0", "--to", "prodution");
    expect(stderr).toContain("Did you mean production?");
  });

  it("--quiet says nothing beside the answer", async () => {
    const loud = await shell.run("promote", "fraud-detector@1.1.0", "--to", "production");
    expect(loud.stderr).toContain("Next: ");
    const named = ["promote", "fraud-detector@1.1.0", "--to", "production", "--registry", workspace.folder];
    const elsewhere = await shell.runWith({ cwd: "/" }, ...named);
    expect(elsewhere.stderr).toMatch(new RegExp(`Next: .* --registry ${workspace.folder}\n`));
    const quiet = await shell.run("--quiet", "promote", "fraud-detector@1.1.0", "--to", "production");
    expect(quiet).toMatchObject({ code: 0, stderr: "" });
  });

  it("colours are for terminals that want them", async () => {
    const coloured = async (env: Readonly<Record<string, string>>, ...argv: string[]): Promise<boolean> =>
      (await shell.runWith({ terminal: 100, env }, ...argv)).stdout.includes("\u001b[");
    expect(await coloured({}, "list")).toBe(true);
    expect(await coloured({}, "--help")).toBe(true);
    expect(await coloured({}, "list", "--no-color")).toBe(false);
    expect(await coloured({}, "--no-color", "list")).toBe(false);
    expect(await coloured({ NO_COLOR: "1" }, "list")).toBe(false);
    expect(await coloured({ TERM: "dumb" }, "list")).toBe(false);
    expect((await shell.run("list")).stdout).not.toContain("\u001b[");
  });

  it("tables keep to the terminal's width", async () => {
    const { stdout } = await shell.runWith({ terminal: 60 }, "show", "fraud-detector", "--no-color");
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(72);
    expect((await shell.runWith({ terminal: 40 }, "proposals", "--no-color")).stdout).toContain(
      "promote/production/fraud-detector/1.1.0",
    );
  });
});

describe("exit codes", () => {
  const table: [argv: string, code: number, error?: string][] = [
    ["resolve fraud-detector@production", 0],
    ["resolve nobody@production", 1, "NOT_FOUND"],
    ["resolve fraud-detector@9.9.9", 1, "NOT_FOUND"],
    ["resolve fraud-detector@nowhere", 1, "NOT_FOUND"],
    ["resolve fraud-detector@1.0.0 --ref no-such-branch", 1, "NOT_FOUND"],
    ["show nobody", 1, "NOT_FOUND"],
    ["history nobody", 1, "NOT_FOUND"],
    ["gate fraud-detector@nowhere", 1, "NOT_FOUND"],
    ["promote fraud-detector@1.0.0 --to nowhere", 1, "NOT_FOUND"],
    ["rollback fraud-detector --stage nowhere", 1, "NOT_FOUND"],
    ["retire fraud-detector --stage nowhere", 1, "NOT_FOUND"],
    ["history fraud-detector --stage nowhere", 1, "NOT_FOUND"],
    ["history fraud-detector --stage nowhere --at 2100-01-01", 1, "NOT_FOUND"],
    ["list --ref no-such-branch", 1, "NOT_FOUND"],
    ["validate --base no-such-branch", 1, "NOT_FOUND"],
    ["validate --base main --head no-such-branch", 1, "NOT_FOUND"],
    ["merge no-such-branch", 1, "NOT_FOUND"],
    ["gate fraud-detector@staging --expect-digest sha256:0", 1],
    ["merge promote/staging/fraud-detector/9.9.9", 1, "NOT_FOUND"],
    ["close promote/staging/fraud-detector/9.9.9", 1, "NOT_FOUND"],
    ["promote fraud-detector@1.2.0 --to production", 1],
    ["promote fraud-detector@1.2.0 --to production --draft --queue --no-push", 1],
    ["validate --base main~1 --head main", 0],
    ["list --registry /", 2, "NOT_A_REPOSITORY"],
  ];

  it.each(table)("%s: %i", async (line, code, error) => {
    const answer = await shell.run(...line.split(" "), "-o", "json");
    expect(answer.code, answer.stderr).toBe(code);
    const messages = expectMessages(answer.stderr);
    if (error !== undefined)
      expect(messages).toContainEqual(
        expect.objectContaining({ error: expect.objectContaining({ code: error }) }),
      );
    else expectDocument(line.split(" ")[0] ?? "", answer.stdout);
  });

  it("a bug is 70, with where it is and what to do", async () => {
    const said = { stderr: "" };
    const io = {
      stdout: {
        write: () => {
          throw new TypeError("no paper");
        },
      },
      stderr: { write: (text: string) => void (said.stderr += text) },
      cwd: workspace.folder,
      env: TEST_ENV,
      now: () => new Date(),
    };
    expect(await main(["list"], io)).toBe(70);
    expect(said.stderr).toMatch(/^error\[BUG\]: TypeError: no paper\n {2}at |report/);
    said.stderr = "";
    expect(await main(["list", "-o", "json"], io)).toBe(70);
    expect(expectMessages(said.stderr)).toMatchObject([{ error: { code: "BUG" } }]);
  });
});

it("says what was read when asked to", async () => {
  const { stderr } = await shell.runWith(
    { env: { MODELTRAIL_COUNTERS: "1" } },
    "resolve",
    "fraud-detector@production",
  );
  expect(expectMessages(stderr)).toMatchObject([{ counters: { commits: 1, blobs: 2 } }]);
});
