import { describe, expect, it } from "vitest";
import { renderWorkflows } from "../../../src/change/workflow-files.ts";
import { parseWorkflowFile } from "../../../src/manifest/workflow-file.ts";
import {
  checkAuditWorkflow,
  checkVerdictWorkflow,
  type WorkflowAnswer,
} from "../../../src/workflows/doctor/workflow-checks.ts";
import type { Whose } from "../../../src/workflows/doctor/workflow-uses.ts";

const COMMIT = "0123456789".repeat(4);
const [VERDICT = "", AUDIT = ""] = written("").map(({ text }) => text);

function written(prefix: string, branch = "main"): ReturnType<typeof renderWorkflows> {
  return renderWorkflows({
    registry: "acme",
    prefix,
    branch,
    auditBranch: "modeltrail-audit",
    storage: { uri: "s3://acme/", region: "eu-west-1" },
    action: { repository: "modeltrail/modeltrail", commit: COMMIT, version: "v0.1.0" },
  });
}

const WHOSE: Whose = {
  github: "acme/models",
  prefix: "",
  branch: "main",
  storage: "s3://acme/",
  mergeQueue: false,
  approvals: false,
};

function look(
  check: typeof checkVerdictWorkflow,
  texts: readonly string[],
  whose: Partial<Whose> = {},
): WorkflowAnswer {
  const found = texts.map((text, index) => {
    const workflow = parseWorkflowFile(text);
    if (workflow === undefined) throw new Error(`not read:\n${text}`);
    return { path: `.github/workflows/${index}.yml`, workflow };
  });
  return check(found, { ...WHOSE, ...whose });
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
    const whose = { prefix: "ml/models/" };
    expect(look(checkVerdictWorkflow, [VERDICT], whose)).toMatchObject({ isThere: false });
    expect(look(checkVerdictWorkflow, [VERDICT, inFolder], whose)).toMatchObject({ status: "ok" });
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
    ["warn", "actions: write", "contents: read", "contents: read\n      actions: write"],
    ["fail", "contents: read", "      contents: read\n", ""],
    ["fail", "statuses: write", "statuses: write", "statuses: read"],
    ["fail", "pull-requests: read", "pull-requests: write", "pull-requests: none"],
    ["warn", "pull-requests: write", "pull-requests: write", "pull-requests: read"],
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
    ["warn", "every push to main", 'branches: ["main"]', 'branches: ["**", "!main"]'],
    ["warn", "every push to main", 'branches: ["main"]', 'branches: ["x*"]'],
    ["warn", "every push to main", 'branches: ["main"]', 'branches-ignore: ["m*"]'],
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
    ["warn", "hear of synchronize", "[opened, reopened, synchronize,", "[opened, reopened,"],
    ["warn", "hear of closed", ", closed]", "]"],
    ["warn", "hear of reopened", "opened, reopened,", "opened,"],
    [
      "warn",
      "hear of closed",
      "    types: [opened, reopened, synchronize, edited, ready_for_review, closed]\n",
      "",
    ],
    ["warn", "container:", "    runs-on:", "    container: node:24\n    runs-on:"],
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

  it("hears of reviews where the policy asks for approvals, and of a queue where there is one", () => {
    const silent = change(VERDICT, ["  pull_request_review:\n    types: [submitted, dismissed]\n", ""]);
    expect(look(checkVerdictWorkflow, [silent])).toMatchObject({ status: "ok" });
    expect(look(checkVerdictWorkflow, [silent], { approvals: true })).toMatchObject({
      status: "warn",
      message: expect.stringContaining("pull_request_review"),
    });
    const unqueued = change(VERDICT, ["  merge_group:\n", ""]);
    expect(look(checkVerdictWorkflow, [unqueued])).toMatchObject({ status: "ok" });
    expect(look(checkVerdictWorkflow, [unqueued], { mergeQueue: true })).toMatchObject({
      status: "warn",
      message: expect.stringContaining("merge_group"),
    });
    const both = { approvals: true, mergeQueue: true };
    expect(look(checkVerdictWorkflow, [VERDICT], both)).toMatchObject({ status: "ok" });
  });

  it("is looked at wherever it stands: one that always runs is enough, with all held to pins and rights", () => {
    const never = change(VERDICT, ["    runs-on:", "    if: false\n    runs-on:"]);
    expect(look(checkVerdictWorkflow, [VERDICT, never])).toMatchObject({ status: "ok" });
    expect(look(checkVerdictWorkflow, [never, VERDICT])).toMatchObject({ status: "ok" });
    expect(look(checkVerdictWorkflow, [never, never])).toMatchObject({ status: "fail" });
    const loose = change(never, [`@${COMMIT}`, "@main"]);
    expect(look(checkVerdictWorkflow, [VERDICT, loose])).toMatchObject({
      status: "warn",
      message: expect.stringMatching(/^\.github\/workflows\/1\.yml .*@main/),
    });
    const poor = change(never, ["statuses: write", "statuses: read"]);
    expect(look(checkVerdictWorkflow, [poor, VERDICT])).toMatchObject({ status: "fail" });
  });

  it("is not what somebody else calls like ours, which is told once", () => {
    const deploy = (on: string, uses: string): string =>
      `on: ${on}\npermissions: write-all\njobs:\n  a:\n    steps: [{run: make}, {uses: ${uses}}]\n`;
    const tool = "acme/tool/action/validate@v3";
    const beside = look(checkVerdictWorkflow, [VERDICT, deploy("push", tool)]);
    expect(beside).toMatchObject({ status: "warn", isThere: true });
    expect(beside.message).toMatch(/^\.github\/workflows\/1\.yml uses the action of acme\/tool[^;]*$/);
    expect(beside.hint).toBeUndefined();
    // Beside it, what is wrong with ours has its hint, about that file.
    const loose = change(VERDICT, [`@${COMMIT}`, "@main"]);
    expect(look(checkVerdictWorkflow, [loose, deploy("push", tool)]).hint).toMatch(/ \S*0\.yml with/);
    expect(look(checkVerdictWorkflow, [deploy("push", tool)])).toMatchObject({
      isThere: false,
      message: expect.not.stringContaining("acme/tool"),
    });
    // It may be a copy after all.
    expect(look(checkVerdictWorkflow, [deploy("pull_request", tool)])).toMatchObject({
      status: "warn",
      isThere: true,
      message: expect.stringContaining("acme/tool"),
    });
  });

  it("is held to all of it where the action is a copy by its name", () => {
    const copy = change(VERDICT, ["modeltrail/modeltrail/action", "acme/modeltrail/action"]);
    const answer = look(checkVerdictWorkflow, [copy]);
    expect(answer).toMatchObject({ status: "warn", message: expect.stringContaining("acme/modeltrail") });
    expect(answer.hint).toBeUndefined();
    const never = change(copy, ["    runs-on:", "    if: false\n    runs-on:"]);
    expect(look(checkVerdictWorkflow, [never])).toMatchObject({ status: "fail", hint: expect.any(String) });
  });

  it("needs no rights for a token of its own", () => {
    const poor = change(VERDICT, ["statuses: write", "statuses: none"]);
    for (const [token, status] of [
      ["${{ secrets.APP }}", "ok"],
      ["${{ github.token }}", "fail"],
    ]) {
      const text = change(poor, ["        with:\n", `        with:\n          token: ${token ?? ""}\n`]);
      expect(look(checkVerdictWorkflow, [text])).toMatchObject({ status });
    }
  });

  it("is heard on a branch whose name looks like a pattern, as it is written for that", () => {
    for (const branch of ["rel+1", "!main"]) {
      const [own = ""] = written("", branch).map(({ text }) => text);
      expect(look(checkVerdictWorkflow, [own], { branch })).toMatchObject({ status: "ok" });
      expect(look(checkVerdictWorkflow, [VERDICT], { branch })).toMatchObject({ status: "warn" });
    }
  });

  it("has to say which rights it takes", () => {
    const silent = VERDICT.replace(/^ {4}permissions:\n( {6}.*\n)+/m, "");
    expect(look(checkVerdictWorkflow, [silent])).toMatchObject({
      status: "fail",
      message: expect.stringContaining("statuses: write"),
    });
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
    ["warn", "packages: write", "contents: write", "packages: write\n      contents: write"],
    ["fail", "contents: write", "contents: write", "contents: read"],
    ["warn", "pull-requests: read", "      pull-requests: read # who opened, approved and merged\n", ""],
    [
      "warn",
      "under way",
      "    runs-on:",
      "    concurrency: {group: a, cancel-in-progress: true}\n    runs-on:",
    ],
    ["warn", "every push to main", 'branches: ["main"]', "branches: [trunk]"],
    ["warn", "every push to main", 'branches: ["main"]', "paths: [models/**]"],
    ["warn", "on a schedule", "  schedule:\n", "  delete:\n"],
    ["fail", "no clone", "actions/checkout@", "actions/setup-node@"],
    ["fail", "another/one", "fetch-depth: 0", "fetch-depth: 0\n          repository: another/one"],
    ["warn", "not what was pushed", "fetch-depth: 0", "fetch-depth: 0\n          ref: release"],
    ["ok", "fixed commit", "fetch-depth: 0", "fetch-depth: 0\n          ref: ${{ github.ref }}"],
    ["ok", "fixed commit", "fetch-depth: 0", "fetch-depth: 0\n          ref: main"],
    ["warn", "container:", "    runs-on:", "    container: node:24\n    runs-on:"],
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
