import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { readDefaultBranch, readTask } from "../../action/src/event.ts";

const folder = mkdtempSync(join(tmpdir(), "modeltrail-event-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function read(name: string, payload: unknown, number = ""): unknown {
  const path = join(folder, "event.json");
  writeFileSync(path, typeof payload === "string" ? payload : JSON.stringify(payload));
  return readTask({ GITHUB_EVENT_NAME: name, GITHUB_EVENT_PATH: path }, number);
}

const OID = "0123456789".repeat(4);
const BEFORE = "9876543210".repeat(4);
const pull = (head: object | null, base: object): object => ({
  pull_request: { number: 7, head: { ref: "b", sha: OID, repo: head }, base: { ref: "main", repo: base } },
});

describe("what an event asks for", () => {
  it.each<[string, unknown, string, object]>([
    ["schedule", "", "", { kind: "every" }],
    ["workflow_dispatch", "", "", { kind: "every" }],
    ["workflow_dispatch", "", "#12", { kind: "request", number: 12 }],
    ["pull_request", pull({ id: 1 }, { id: 1 }), "", { kind: "request", number: 7, head: OID, branch: "b" }],
    ["pull_request", pull({ id: 2 }, { id: 1 }), "", { number: 7, branch: undefined }],
    ["pull_request", { ...pull(null, { id: 1 }), action: "closed" }, "", { kind: "closed", head: OID }],
    ["pull_request_review", pull(null, { id: 1 }), "", { number: 7, branch: undefined }],
    [
      "pull_request",
      { ...pull({ id: 1 }, { id: 1 }), action: "synchronize", before: BEFORE },
      "",
      { before: BEFORE },
    ],
    ["push", { ref: "refs/heads/main", repository: { default_branch: "main" } }, "", { kind: "every" }],
    [
      "push",
      { ref: "refs/heads/a/b", repository: { default_branch: "main" } },
      "",
      { kind: "every", pushed: { branch: "a/b", main: "main" } },
    ],
    [
      "merge_group",
      { action: "destroyed", reason: "dequeued", merge_group: { head_sha: OID } },
      "",
      { kind: "dropped", head: OID, isMerged: false },
    ],
    [
      "merge_group",
      { merge_group: { base_ref: "refs/heads/main", base_sha: OID, head_sha: OID } },
      "",
      { kind: "group", base: OID, head: OID, into: "main" },
    ],
  ])("%s", (name, payload, number, task) => {
    expect(read(name, payload, number)).toMatchObject(task);
  });

  it("names the default branch, a schedule by its ref", () => {
    const path = join(folder, "named.json");
    const named = (payload: object, env: object = {}): string | undefined => {
      writeFileSync(path, JSON.stringify(payload));
      return readDefaultBranch({ GITHUB_EVENT_PATH: path, ...env });
    };
    expect(named({ repository: { default_branch: "trunk" } })).toBe("trunk");
    expect(named({}, { GITHUB_EVENT_NAME: "schedule", GITHUB_REF: "refs/heads/trunk" })).toBe("trunk");
    expect(named({ repository: null }, { GITHUB_EVENT_NAME: "push", GITHUB_REF: "refs/heads/x" })).toBe(
      undefined,
    );
    expect(named({ repository: { default_branch: 7 } })).toBe(undefined);
    expect(readDefaultBranch({})).toBe(undefined);
  });

  it.each<[string, unknown, string, string, RegExp]>([
    ["pull_request_target", {}, "", "USAGE", /a token that writes/],
    ["workflow_run", {}, "", "USAGE", /a token that writes/],
    ["issues", {}, "", "USAGE", /not supported/],
    ["push", { ref: "refs/tags/main", repository: { default_branch: "main" } }, "", "USAGE", /not to main/],
    ["workflow_dispatch", {}, "one", "USAGE", /"pull-request" is "one"/],
    ["schedule", {}, "1", "USAGE", /is for workflow_dispatch/],
    ["pull_request", {}, "", "INVALID_INPUT", /does not say/],
    ["merge_group", { merge_group: { base_sha: "x" } }, "", "INVALID_INPUT", /does not say/],
    [
      "merge_group",
      { merge_group: { base_ref: 5, base_sha: OID, head_sha: OID } },
      "",
      "INVALID_INPUT",
      /does/,
    ],
    ["pull_request", { action: "closed", pull_request: null }, "", "INVALID_INPUT", /does not say/],
    [
      "pull_request",
      { pull_request: { number: null, head: { sha: OID } } },
      "",
      "INVALID_INPUT",
      /does not say/,
    ],
    [
      "pull_request",
      { pull_request: { number: 1.5, head: { sha: OID } } },
      "",
      "INVALID_INPUT",
      /does not say/,
    ],
    ["pull_request", "[]", "", "INVALID_INPUT", /does not say/],
    ["__proto__", {}, "", "USAGE", /the event __proto__ is not supported$/],
    ["constructor", {}, "", "USAGE", /the event constructor is not supported$/],
    ["pull_request", "{", "", "INVALID_INPUT", /cannot be read/],
  ])("refuses %s %j %s", (name, payload, number, code, why) => {
    expect(() => read(name, payload, number)).toThrow(expect.objectContaining({ code }) as Error);
    expect(() => read(name, payload, number)).toThrow(why);
  });

  it("tells anything from what it takes, and refuses the rest in words", () => {
    const names = ["pull_request", "pull_request_review", "merge_group", "push"] as const;
    const runs = process.env["MODELTRAIL_TEST_LONG"] === "1" ? 20_000 : 500;
    fc.assert(
      fc.property(fc.constantFrom(...names), oddEvent(), (name, payload) => {
        try {
          expect(read(name, payload)).toHaveProperty("kind");
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^(USAGE|INVALID_INPUT)$/) as string });
        }
      }),
      { numRuns: runs },
    );
  });
});

/** Events in which some of what is looked at is anything at all. */
function oddEvent(): fc.Arbitrary<unknown> {
  const odd = (...values: readonly unknown[]): fc.Arbitrary<unknown> =>
    fc.oneof(fc.constantFrom(...values), fc.jsonValue({ maxDepth: 1 }));
  const oid = odd(OID);
  const object = (fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<unknown> =>
    fc.oneof(
      { weight: 5, arbitrary: fc.record(fields, { requiredKeys: [] }) },
      fc.jsonValue({ maxDepth: 1 }),
    );
  const end = object({ ref: odd("b"), sha: oid, repo: object({ id: odd(1, null) }) });
  return object({
    action: odd("closed", "synchronize", "destroyed"),
    before: oid,
    ref: odd("refs/heads/main", "refs/heads/__proto__"),
    repository: object({ default_branch: odd("main") }),
    pull_request: object({ number: odd(7, null), head: end, base: end }),
    merge_group: object({ base_ref: odd("refs/heads/main"), base_sha: oid, head_sha: oid }),
    reason: odd("merged"),
  });
}
