import { execFileSync } from "node:child_process";
import { afterEach, describe, expect, it } from "vitest";
import { newWorkspace, TEST_ENV, type Workspace } from "../builders/workspace.ts";
import { expectDocument, expectMessages } from "./output-schemas.ts";
import { fillRegistry, newShell, succeed, type Shell } from "./world.ts";

const EVIL = "\u001b[31m\u202e##[error]evil\u200b\u0085::stop-commands::x";

let workspace: Workspace;
afterEach(() => workspace.dispose());

async function registry(): Promise<Shell> {
  workspace = newWorkspace();
  const shell = newShell(workspace.folder);
  await fillRegistry(workspace, shell);
  return shell;
}

/** Nothing in a text moves a cursor, hides, reorders, or is a command of a runner. */
function expectInert(text: string): void {
  for (const line of text.split("\n")) {
    expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
    expect(line).not.toMatch(/^\s*::/);
    expect(line).not.toContain("##[");
  }
}

async function expectAllInert(shell: Shell, lines: readonly (readonly string[])[]): Promise<string> {
  let seen = "";
  for (const argv of lines) {
    for (const format of ["text", "json", "yaml"]) {
      const { stdout, stderr, code } = await shell.run(...argv, "-o", format);
      expect(code, stderr).not.toBe(70);
      expectInert(stdout);
      expectInert(stderr);
      if (format === "json") expectMessages(stderr);
      if (format === "json" && stdout !== "") expectDocument(argv[0] ?? "", stdout);
      seen += stdout + stderr;
    }
  }
  return seen;
}

describe("hostile text comes out inert", () => {
  it("from names of files", async () => {
    const shell = await registry();
    const paths = [
      `models/fraud-detector/versions/${EVIL}\n::error::x.yaml`,
      `models/${EVIL}/model.yaml`,
      "models/fraud-detector/stages/::add-mask::/stage.yaml",
    ];
    const quoted = (path: string): string =>
      `"${path.replaceAll("\n", "\\n").replaceAll("\u001b", "\\033")}"`;
    const stream = [
      "commit refs/heads/main\ncommitter Eve <eve@example.com> 1800000000 +0000\ndata 4\nevil\nfrom refs/heads/main^0\n",
      ...paths.map((path) => `M 100644 inline ${quoted(path)}\ndata 1\nx\n`),
    ];
    execFileSync("git", ["fast-import", "--quiet", "--force"], {
      cwd: workspace.folder,
      env: TEST_ENV,
      input: stream.join(""),
    });
    const seen = await expectAllInert(shell, [
      ["list"],
      ["show", "fraud-detector"],
      ["validate", "--base", "main~1"],
      ["doctor"],
      ["verify"],
      ["history"],
      ["resolve", "fraud-detector@production"],
    ]);
    expect(seen).toContain("INVALID_PATH");
    expect(seen).toContain("\\u001b");
  });

  it("from commits that people made", async () => {
    const shell = await registry();
    workspace.git("checkout", "--quiet", "promote/production/fraud-detector/1.1.0");
    workspace.git(
      "commit",
      "--quiet",
      "--amend",
      "-m",
      `::error::${EVIL}\n\n##[group]x`,
      "--author",
      `${EVIL} <eve@example.com>`,
    );
    workspace.git("checkout", "--quiet", "main");
    workspace.git(
      "merge",
      "--quiet",
      "--no-ff",
      "-m",
      `::error::${EVIL}`,
      "promote/production/fraud-detector/1.1.0",
    );
    const seen = await expectAllInert(shell, [["proposals"], ["history"], ["history", "--at", "2999-01-01"]]);
    expect(seen).toContain("#\\u0023[error]evil");
  });

  it("from manifests, in findings and answers", async () => {
    const shell = await registry();
    const text =
      '# +argocd:skip-file-rendering\napiVersion: "modeltrail.dev/v1"\nkind: "Model"\nmetadata: {name: "x", annotations: {config.kubernetes.io/local-config: "true"}}\nspec: {model: "x", description: "::error::a ##[group]b", owners: ["::x"], labels: {a: "##[c]"}}\n';
    workspace.write("models/x/model.yaml", text);
    workspace.write(
      "models/y/model.yaml",
      text.replace(
        '"::error::a ##[group]b"',
        `"${EVIL.replaceAll("\u001b", "\\e").replaceAll("\u0085", "")}"`,
      ),
    );
    workspace.write("models/z/model.yaml", `##[error]: ${EVIL}\n`);
    const before = await expectAllInert(shell, [["validate"]]);
    expect(before).toContain("YAML_");
    workspace.git("add", ".");
    workspace.git("commit", "--quiet", "-m", "evil");
    await expectAllInert(shell, [["list"], ["show", "x"], ["show", "y"], ["show", "z"], ["doctor"]]);
  });

  it("from the command line itself", async () => {
    const shell = await registry();
    await expectAllInert(
      shell,
      [
        [EVIL],
        ["resolve", EVIL],
        ["resolve", `fraud-detector@${EVIL}`],
        ["list", `--${EVIL}`],
        ["list", "--ref", EVIL],
        ["merge", EVIL],
        ["register", EVIL, "."],
        ["register", "x", EVIL],
        ["show", `fraud-detector@${EVIL}`],
      ].map((argv) => [...argv]),
    );
  });

  it("from what was registered", async () => {
    const shell = await registry();
    workspace.write("../evil/::error::w.bin", "w");
    await succeed(
      shell,
      "register",
      "evil",
      workspace.write("../evil/##[group]w.bin", "w"),
      "--description",
      "::error::x ##[group]y",
      "--label",
      "team=##[x]",
    );
    await expectAllInert(shell, [
      ["show", "evil@1.0.0"],
      ["show", "evil"],
      ["resolve", "evil@1.0.0"],
      ["diff", "fraud-detector@1.0.0", "evil@1.0.0"],
      ["resolve", "evil@1.0.0", "--field", "uri"],
    ]);
  });
});
