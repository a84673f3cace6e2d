import { describe, expect, it } from "vitest";
import { renderWorkflows } from "../../../src/change/workflow-files.ts";
import { parseWorkflowFile } from "../../../src/manifest/workflow-file.ts";
import {
  checkAuditWorkflow,
  checkVerdictWorkflow,
  type WorkflowAnswer,
} from "../../../src/workflows/doctor/workflow-checks.ts";

const COMMIT = "0123456789".repeat(4);
const [VERDICT = "", AUDIT = ""] = written("").map(({ text }) => text);

function written(prefix: string): ReturnType<typeof renderWorkflows> {
  return renderWorkflows({
    registry: "acme",
    prefix,
    branch: "main",
    auditBranch: "modeltrail-audit",
    storage: { uri: "s3://acme/", region: "eu-west-1" },
    action: { repository: "modeltrail/modeltrail", commit: COMMIT, version: "v0.1.0" },
  });
}

function look(check: typeof checkVerdictWorkflow, texts: readonly string[], prefix = ""): WorkflowAnswer {
  const found = texts.map((text, index) => {
    const workflow = parseWorkflowFile(text);
    if (workflow === undefined) throw new Error(`not read:\n${text}`);
    return { path: `.github/workflows/${index}.yml`, workflow };
  });
  return check(found, { github: "acme/models", prefix, branch: "main", storage: "s3://acme/" });
}

/** The text with something else in it, which has to be there before. */
function change(text: string, [from, to]: readonly [string, string]): string {
  expect(text).toContain(from);
  return text.replace(from, to);
}

describe("the workflow that judges", () => {
  it("is as it should be when it is as it was written", () => {
    expect(look(checkVerdictWorkflow, [AUDIT, VERDICT])).toMatchObject({ status: "ok", isThere: true });
    expect(look(checkVerdictWorkflow, [AUDIT])).toMatchObject({ status: "warn", isThere: false });
  });

  it("belongs to the registry whose folder it names", () => {
    const [inFolder = ""] = written("ml/models/").map(({ text }) => text);
    expect(look(checkVerdictWorkflow, [inFolder])).toMatchObject({ isThere: false });
    expect(look(checkVerdictWorkflow, [VERDICT], "ml/models/")).toMatchObject({ isThere: false });
    expect(look(checkVerdictWorkflow, [VERDICT, inFolder], "ml/models/")).toMatchObject({ status: "ok" });
  });

  it.each<[status: string, part: string, ...edit: readonly [string, string]]>([
    ["fail", "by paths", "  pull_request:\n", "  pull_request:\n    paths: [models/**]\n"],
    ["fail", "by branches", "  pull_request:\n", "  pull_request:\n    branches: [main]\n"],
    ["fail", "if: and needs:", "    runs-on:", "    if: github.actor != 'eve'\n    runs-on:"],
    ["fail", "if: and needs:", "    runs-on:", "    needs: tests\n    runs-on:"],
    ["fail", "if: and needs:", "        with:", "        if: success()\n        with:"],
    ["fail", "pull_request_target", "  merge_group:\n", "  pull_request_target:\n"],
    ["warn", "can be moved", `@${COMMIT}`, "@v0.1.0"],
    ["warn", "contents: write", "contents: read", "contents: write"],
    ["warn", "actions: write", "contents: read", "actions: write"],
    ["fail", "continue-on-error", "    runs-on:", "    continue-on-error: true\n    runs-on:"],
    [
      "fail",
      "continue-on-error",
      "        with:",
      "        continue-on-error: ${{ always() }}\n        with:",
    ],
    ["ok", "fixed commit", "        with:", "        continue-on-error: false\n        with:"],
    ["warn", "every push to main", "  push:\n", "  create:\n"],
    ["warn", "every push to main", 'branches: ["main"]', "branches: [trunk]"],
    ["warn", "every push to main", 'branches: ["main"]', "paths: [models/**]"],
    ["warn", "every push to main", 'branches: ["main"]', "tags: [v1]"],
    ["warn", "every push to main", 'branches: ["main"]', "branches-ignore: [main]"],
    ["ok", "fixed commit", 'branches: ["main"]', 'branches: ["m*"]'],
    ["ok", "fixed commit", 'branches: ["main"]', "branches-ignore: [docs]"],
    ["warn", "on a schedule", "  schedule:\n", "  delete:\n"],
    ["warn", "s3://acme/", "        with:\n", "        with:\n          artifacts: none\n"],
    ["warn", "mallory/fake", "modeltrail/modeltrail/action", "mallory/fake/action"],
    ["warn", "its own", `modeltrail/modeltrail/action/validate@${COMMIT}`, "./action/validate"],
    ["ok", "fixed commit", "modeltrail/modeltrail/action", "Modeltrail/ModelTrail/action"],
    ["warn", "runs commands before", "    steps:\n", "    steps:\n      - run: make\n"],
    ["warn", "runs commands before", "    steps:\n", "    steps:\n      - uses: ./build\n"],
    ["warn", "checks out code", "    steps:\n", `    steps:\n      - uses: actions/checkout@${COMMIT}\n`],
    ["ok", "fixed commit", "    steps:\n", `    steps:\n      - uses: aws-actions/credentials@${COMMIT}\n`],
    ["warn", "does not hear", "[opened, reopened, synchronize,", "[opened, reopened,"],
  ])("is %s: %s", (status, part, from, to) => {
    const answer = look(checkVerdictWorkflow, [change(VERDICT, [from, to])]);
    expect(answer).toMatchObject({ status, message: expect.stringContaining(part) });
  });

  it("may be judged again by another workflow, and may do what it likes after ours", () => {
    const again = change(change(VERDICT, ["  pull_request:\n", "  create:\n"]), ["merge_group", "delete"]);
    const silent = change(change(VERDICT, ["  push:\n", "  create:\n"]), ["  schedule:\n", "  delete:\n"]);
    expect(look(checkVerdictWorkflow, [silent])).toMatchObject({ status: "warn" });
    expect(look(checkVerdictWorkflow, [silent, again])).toMatchObject({ status: "ok" });
    expect(look(checkVerdictWorkflow, [`${VERDICT}      - run: make\n`])).toMatchObject({ status: "ok" });
  });

  it("has to say which rights it takes", () => {
    const silent = VERDICT.replace(/^ {4}permissions:\n( {6}.*\n)+/m, "");
    expect(look(checkVerdictWorkflow, [silent])).toMatchObject({ status: "ok" });
    const open = change(silent, ["permissions: {}\n", ""]);
    expect(look(checkVerdictWorkflow, [open]).message).toContain("says nothing of permissions");
    const all = change(silent, ["permissions: {}", "permissions: write-all"]);
    expect(look(checkVerdictWorkflow, [all]).message).toContain("write-all");
  });
});

describe("the workflow that records", () => {
  it.each<[status: string, part: string, ...edit: readonly [string, string]]>([
    ["ok", "fixed commit", "name:", "name:"],
    ["warn", "under way", "cancel-in-progress: false", "cancel-in-progress: true"],
    ["warn", "without history", "fetch-depth: 0", "fetch-depth: 1"],
    ["warn", "not always", "    runs-on:", "    if: always()\n    runs-on:"],
    ["warn", "does not run on push", "  push:\n", "  create:\n"],
    ["fail", "continue-on-error", "    runs-on:", "    continue-on-error: true\n    runs-on:"],
    ["warn", "mallory/fake", "modeltrail/modeltrail/action", "mallory/fake/action"],
    ["warn", "runs commands before", "    steps:\n", "    steps:\n      - run: make\n"],
    ["warn", "packages: write", "contents: write", "packages: write"],
  ])("is %s: %s", (status, part, from, to) => {
    const answer = look(checkAuditWorkflow, [change(AUDIT, [from, to])]);
    expect(answer).toMatchObject({ status, message: expect.stringContaining(part) });
  });
});

describe("a workflow's text", () => {
  it.each([
    "on: &a push\njobs: {}\n",
    "on: !!str push\n",
    "[",
    "a: 1\na: 2\n",
    `${"[".repeat(1000)}\n`,
    "? a\n: b\n",
    `# ${"x".repeat(70_000)}\n`,
  ])("is not read when it takes care to: %#", (text) => {
    expect(parseWorkflowFile(text)).toBeUndefined();
  });

  it("may say things in short", () => {
    const text =
      "on: [push, pull_request]\npermissions: read-all\njobs:\n  a:\n    steps: [{uses: x/y@v1}, {run: ls}]\n";
    expect(parseWorkflowFile(text)).toMatchObject({
      permissions: { "*": "read" },
      jobs: [{ name: "a", conditional: false, steps: [{ uses: "x/y@v1" }, { uses: "" }] }],
    });
    expect(parseWorkflowFile("on: push\n")?.triggers.has("push")).toBe(true);
    expect(parseWorkflowFile("just a text")?.jobs ?? []).toEqual([]);
  });
});
