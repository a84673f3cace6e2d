import { describe, expect, it } from "vitest";
import type { Finding } from "../../src/diagnostics/finding.ts";
import { makeFinding } from "../../src/diagnostics/make-finding.ts";
import type { GateResult } from "../../src/policy/gate.ts";
import { planAnnotations, renderStatuses } from "../../src/report/actions.ts";
import { renderVerdictComment, renderVerdictSummary } from "../../src/report/markdown/verdict.ts";
import type { JudgedRequest } from "../../src/workflows/publish-verdict/judge-requests.ts";

const OID = "0123456789".repeat(4);

function finding(message: string, at = 1): Finding {
  return makeFinding("STAGE_DIFFERS", { file: "models/fraud/stages/staging/stage.yaml", line: at, message });
}

function judged(verdict: JudgedRequest["verdict"], gates: readonly GateResult[], number = 7): JudgedRequest {
  const request = {
    number,
    url: "https://e.example/7",
    title: "t",
    author: "ada",
    createdAt: 0,
    draft: false,
  };
  return {
    request: { request, state: "open", branch: "b", head: OID, base: "main", isFork: false },
    head: OID,
    verdict,
    report: {
      verdict: verdict === "pass" || verdict === "pending" ? verdict : "fail",
      base: OID,
      head: OID,
      transitions: [
        { kind: "yank", model: "fraud", version: "1.0.0", summary: "yank: fraud 1.0.0" },
        { kind: "yank", model: "fraud", version: "1.1.0", summary: "yank: fraud 1.1.0" },
      ],
      gates,
      suggestions: [],
    },
  };
}

const PASS: GateResult = { gate: "schema", status: "pass", findings: [] };
const FAIL: GateResult = { gate: "consistency", status: "fail", findings: [finding("a"), finding("b")] };
const WAIT: GateResult = { gate: "soak", status: "pending", reason: "eligible tomorrow", findings: [] };
const SKIP: GateResult = { gate: "artifact", status: "skipped", reason: "nobody looked", findings: [] };

describe("the statuses of a verdict", () => {
  it.each<[JudgedRequest["verdict"], readonly GateResult[], string, string]>([
    ["pass", [PASS, SKIP], "success", "yank: fraud 1.0.0, and 1 more"],
    ["pending", [PASS, WAIT], "pending", "Waiting on soak"],
    ["fail", [PASS, FAIL, WAIT], "failure", "Denied by consistency"],
  ])("%s", (verdict, gates, state, description) => {
    const [first, ...others] = renderStatuses(judged(verdict, gates), {
      prefix: "",
      url: "https://e.example/run",
    });
    expect(first).toEqual({ name: "modeltrail/verdict", state, description, url: "https://e.example/run" });
    expect(others).toHaveLength(gates.length);
  });

  it("say for each gate what it says, and what was not asked is no obstacle", () => {
    const [, ...gates] = renderStatuses(judged("fail", [PASS, FAIL, WAIT, SKIP]), { prefix: "" });
    expect(gates.map(({ name, state, description }) => [name, state, description])).toEqual([
      ["modeltrail/schema", "success", "Passes"],
      ["modeltrail/consistency", "failure", "a (and 1 more)"],
      ["modeltrail/soak", "pending", "Waiting: eligible tomorrow"],
      ["modeltrail/artifact", "success", "Not asked: nobody looked"],
    ]);
  });

  it("are one where a change leaves the registry alone", () => {
    const one = judged("pass", [PASS]);
    const statuses = renderStatuses({ ...one, report: { ...one.report!, transitions: [] } }, { prefix: "" });
    expect(statuses.filter(({ onlyIfThere }) => onlyIfThere !== true)).toEqual([
      { name: "modeltrail/verdict", state: "success", description: "No change to the registry" },
    ]);
  });

  it.each<[JudgedRequest["verdict"], string]>([
    ["not-verified", "failure"],
    ["unknown", "error"],
    ["pending", "pending"],
  ])("are never a success without gates: %s", (verdict, state) => {
    expect(
      renderStatuses({ head: OID, verdict, reason: "\u001b[31m::error::" }, { prefix: "ml/models/" }),
    ).toEqual([
      {
        name: "modeltrail/ml/models/verdict",
        state,
        description: expect.stringContaining("\\u001b[31m") as string,
      },
    ]);
  });
});

describe("annotations", () => {
  it("are ten of each kind, and the rest is counted", () => {
    const errors = Array.from({ length: 15 }, (_, at) => finding(`e${at}`, at + 1));
    const warnings = errors.map((one): Finding => ({ ...one, severity: "warning" }));
    const { shown, left } = planAnnotations([...warnings, ...errors]);
    expect(shown.map(({ level }) => level)).toEqual([
      ...Array(10).fill("error"),
      ...Array(10).fill("warning"),
    ]);
    expect(shown[0]).toMatchObject({ title: "consistency: STAGE_DIFFERS", line: 1 });
    expect(left).toBe(10);
  });
});

describe("comment and summary", () => {
  it("say the same while the verdict is the same, whatever the base", () => {
    const one = judged("fail", [FAIL]);
    const other = { ...one, report: { ...one.report!, base: "f".repeat(40) } };
    expect(renderVerdictComment(one)).toBe(renderVerdictComment(other));
  });

  it("stay within what GitHub takes, and count what they leave out", () => {
    const long = Array.from({ length: 3000 }, (_, at) => finding(`${"long ".repeat(60)}${at}`, at + 1));
    const gate: GateResult = { gate: "consistency", status: "fail", findings: long };
    const comment = renderVerdictComment(judged("fail", [gate]));
    expect(Buffer.byteLength(comment)).toBeLessThan(65_000);
    expect(comment).toMatch(/_and 2\d{3} more_/);
    expect(comment).toContain("Denied by consistency");
    const all = Array.from({ length: 150 }, (_, at) => judged("fail", [gate], at + 1));
    const summary = renderVerdictSummary(all, 3);
    expect(Buffer.byteLength(summary)).toBeLessThan(1024 * 1024);
    expect(summary).toContain("3 more open pull requests were not judged");
    expect(renderVerdictSummary([], 0)).toBe("No pull request is open.\n");
  });
});
