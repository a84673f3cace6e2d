import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { newWorkspace, runGit, type Workspace } from "../builders/workspace.ts";
import { expectDocument, expectMessages } from "./output-schemas.ts";
import { newShell } from "./world.ts";

const ACTION = `modeltrail/modeltrail@${"0123456789".repeat(4)}`;
const GITHUB = ["--github", "acme/models", "--action", ACTION];
const S3 = ["--storage", "s3://acme-models/registry/", "--region", "eu-west-1"];
const VERDICT = ".github/workflows/modeltrail-verdict.yml";
const AUDIT = ".github/workflows/modeltrail-audit.yml";
const OWNERS = ".github/CODEOWNERS";
const DOCS = fileURLToPath(new URL("../../docs/github.md", import.meta.url));

let workspace: Workspace;
afterEach(() => workspace.dispose());

function read(path: string): string {
  return readFileSync(join(workspace.folder, path), "utf8");
}

function changed(from: string, to = "HEAD"): readonly string[] {
  return runGit(workspace.folder, "diff", "--name-only", from, to).split("\n").filter(Boolean);
}

describe("init --github", () => {
  it("writes workflows and code owners with the registry, and says which rules to set", async () => {
    workspace = newWorkspace();
    const shell = newShell(workspace.folder);
    const argv = ["init", "--name", "acme", ...S3, ...GITHUB, "--owners", "ada, acme/platform"];
    const { code, stdout } = await shell.run(...argv, "-o", "json");
    expect(code).toBe(0);
    expect(expectDocument("init", stdout)).toMatchObject({
      status: "created",
      files: ["modeltrail.yaml", VERDICT, AUDIT, OWNERS],
      rules: [
        {
          path: "repos/acme/models/rulesets",
          body: { conditions: { ref_name: { include: ["refs/heads/main"] } } },
        },
        { body: { conditions: { ref_name: { include: ["refs/heads/modeltrail-audit"] } } } },
      ],
    });
    expect(runGit(workspace.folder, "status", "--porcelain")).toBe("");
    expect(read(VERDICT)).toContain(`uses: ${ACTION.replace("@", "/action/validate@")} #`);
    expect(read(VERDICT)).toContain("aws-region: eu-west-1");
    expect(read(VERDICT)).not.toMatch(/^\s+(if|paths):/m);
    expect(read(AUDIT)).toContain(`uses: ${ACTION.replace("@", "/action/record@")} #`);
    expect(read(OWNERS)).toContain("/.github/workflows/ @ada @acme/platform\n");
    for (const again of [argv, ["init", ...GITHUB]]) {
      const { stdout: unchanged } = await shell.run(...again, "-o", "json");
      expect(expectDocument("init", unchanged)).toMatchObject({ status: "unchanged", files: [] });
    }
  });

  it("shows commands that set the rules, as the docs do", async () => {
    workspace = newWorkspace();
    const shell = newShell(workspace.folder);
    const { stdout } = await shell.run("init", "--name", "acme", ...S3, ...GITHUB);
    const commands = stdout.slice(stdout.indexOf("gh api"), stdout.lastIndexOf("JSON\n") + "JSON\n".length);
    expect(readFileSync(DOCS, "utf8")).toContain(`\`\`\`sh\n${commands}\`\`\`\n`);
    // What the GitHub CLI would be called with.
    const gh =
      'gh() { printf "%s " "$@"; node -e "process.stdout.write(JSON.stringify(JSON.parse(fs.readFileSync(0))))"; echo; }';
    const [main, audit] = execFileSync("sh", ["-c", `${gh}\n${commands}`], { encoding: "utf8" }).split("\n");
    expect(main).toMatch(
      /^api --method POST repos\/acme\/models\/rulesets --input - \{.*"modeltrail\/verdict","integration_id":15368/,
    );
    expect(audit).toMatch(/^api .*refs\/heads\/modeltrail-audit.*"deletion".*"non_fast_forward"/);
    const server = ["--github-api", "https://ghe.acme.com/api/v3"];
    const other = await shell.run("init", "elsewhere", ...S3, ...GITHUB, ...server);
    expect(other.stdout).toContain("gh api --hostname ghe.acme.com --method POST");
    expect(other.stdout).not.toContain("integration_id");
  });

  it("completes a registry that is there, and leaves alone what somebody changed", async () => {
    workspace = newWorkspace();
    const shell = newShell(workspace.folder);
    expect(await shell.run("init", "--name", "acme", ...S3)).toMatchObject({ code: 0 });
    workspace.write("CODEOWNERS", "* @everybody\n");
    workspace.write(VERDICT, "name: ours\n");
    workspace.write("modeltrail.yaml", `${read("modeltrail.yaml")}# our own words\n`);
    runGit(workspace.folder, "add", ".");
    runGit(workspace.folder, "commit", "--quiet", "--message", "Ours");
    const before = runGit(workspace.folder, "rev-parse", "HEAD").trim();
    const { code, stdout, stderr } = await shell.run("init", ...GITHUB, "--owners", "ada", "-o", "json");
    expect(code, stderr).toBe(0);
    expect(expectDocument("init", stdout)).toMatchObject({ status: "completed" });
    expect(changed(before)).toEqual([AUDIT, "CODEOWNERS", "modeltrail.yaml"]);
    expect(read("CODEOWNERS")).toMatch(/^\* @everybody\n\n# modeltrail: begin\n/);
    expect(read("CODEOWNERS")).toContain("/CODEOWNERS @ada\n");
    expect(read("modeltrail.yaml")).toContain('spec:\n  forge:\n    github: "acme/models"\n  storage:');
    expect(read("modeltrail.yaml")).toContain("# our own words\n");
    expect(await shell.run("validate")).toMatchObject({ code: 0 });
    const other = await shell.run("init", "--github", "acme/other");
    expect(other).toMatchObject({ code: 2, stdout: "" });
  });

  it("brings code owners up to date with models and stages", async () => {
    workspace = newWorkspace();
    const shell = newShell(workspace.folder);
    await shell.run("init", "--name", "acme");
    const file = workspace.write("../weights.bin", "weights");
    expect(await shell.run("register", "risk/fraud", file)).toMatchObject({ code: 0 });
    const model = "models/risk/fraud/model.yaml";
    const owners = 'owners:\n    - "rob"\n    - "Risk Team"\n    - "eve *"';
    workspace.write(model, read(model).replace(/owners:\n +- "Ada"/, owners));
    runGit(workspace.folder, "commit", "--quiet", "--all", "--message", "Owners");
    const made = await shell.run("init", ...GITHUB, "--owners", "ada");
    expect(made).toMatchObject({ code: 0 });
    expect(made.stderr).toContain("left out of .github/CODEOWNERS: 2");
    expect(read(OWNERS)).toContain("/models/risk/fraud/ @rob\n");
    workspace.write(model, read(model).replace('"rob"', '"grace"'));
    runGit(workspace.folder, "commit", "--quiet", "--all", "--message", "Another");
    expect(await shell.run("init", ...GITHUB)).toMatchObject({ code: 0 });
    expect(read(OWNERS)).toContain("/models/risk/fraud/ @grace\n/modeltrail.yaml @ada\n");
  });

  it("says when others decide after all: a model's own approvers, and lines below the block", async () => {
    workspace = newWorkspace();
    const shell = newShell(workspace.folder);
    await shell.run("init", "--name", "acme", "--stages", "production");
    const file = workspace.write("../weights.bin", "weights");
    expect(await shell.run("register", "fraud", file)).toMatchObject({ code: 0 });
    const [policy, model] = ["modeltrail.yaml", "models/fraud/model.yaml"];
    const approvals = '- name: "production"\n      approvals: {required: 1, from: ["grace", "edsger"]}';
    workspace.write(policy, read(policy).replace('- name: "production"', approvals));
    const mallory = '  stages: {production: {approvals: {required: 1, from: ["mallory", "edsger"]}}}\n';
    workspace.write(model, `${read(model)}${mallory}`);
    runGit(workspace.folder, "commit", "--quiet", "--all", "--message", "Approvers");
    const made = await shell.run("init", ...GITHUB, "--owners", "ada");
    expect(made, made.stderr).toMatchObject({ code: 0 });
    expect(read(OWNERS)).toContain("/models/**/stages/production/ @grace @edsger\n");
    expect(read(OWNERS)).toContain("/models/fraud/stages/production/ @edsger\n");
    expect(read(OWNERS)).not.toContain("mallory");
    expect(made.stderr).toContain("fraud (production)");
    expect(made.stderr).not.toContain("below its block");
    workspace.write(OWNERS, `${read(OWNERS)}* @everyone\n`);
    runGit(workspace.folder, "commit", "--quiet", "--all", "--message", "Everyone");
    const again = await shell.run("init", ...GITHUB, "-o", "json");
    expect(expectDocument("init", again.stdout)).toMatchObject({ status: "unchanged", files: [] });
    expect(expectMessages(again.stderr)).toContainEqual({
      warning: expect.stringMatching(/below its block.*line \d+\)/),
    });
  });

  it("puts the files of a registry in a folder at the root, under its name", async () => {
    workspace = newWorkspace();
    const shell = newShell(workspace.folder);
    const { code, stdout } = await shell.run("init", "ml/models", ...GITHUB, "--owners", "ada", "-o", "json");
    expect(code).toBe(0);
    const [verdict, audit] = [VERDICT, AUDIT].map((path) => path.replace(".yml", "-models.yml"));
    expect(expectDocument("init", stdout)).toMatchObject({
      files: ["ml/models/modeltrail.yaml", "ml/models/.gitignore", verdict, audit, OWNERS],
    });
    expect(read(verdict ?? "")).toContain('          path: "ml/models"\n');
    expect(read(audit ?? "")).toContain("modeltrail-audit-models");
    expect(await shell.run("init", "other", ...GITHUB)).toMatchObject({ code: 0 });
    expect(existsSync(join(workspace.folder, VERDICT.replace(".yml", "-other.yml")))).toBe(true);
    expect(read(OWNERS)).toContain("/ml/models/modeltrail.yaml @ada\n");
  });

  it("writes no workflow without knowing a commit, and refuses what is none", async () => {
    workspace = newWorkspace();
    const shell = newShell(workspace.folder);
    const tag = await shell.run("init", "--github", "acme/models", "--action", "modeltrail/modeltrail@v1");
    expect(tag).toMatchObject({ code: 2, stdout: "" });
    const unknown = await shell.run("init", "--github", "acme/models", "-o", "json");
    expect(unknown.code).toBe(0);
    expect(expectMessages(unknown.stderr)).toContainEqual({ warning: expect.stringContaining("--action") });
    expect(existsSync(join(workspace.folder, VERDICT))).toBe(false);
    for (const flags of [
      ["--owners", "ada"],
      ["--action", ACTION],
    ])
      expect(await shell.run("init", ...flags)).toMatchObject({ code: 2 });
    expect(await shell.run("init", ...GITHUB, "--owners", "no body")).toMatchObject({ code: 2 });
  });
});
