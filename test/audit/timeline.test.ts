import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildTimeline, type ModelChange } from "../../src/audit/timeline.ts";

/** `1.0.0` moves production; `-` empties it; `yank 1.0.0` yanks; `?` leaves a file that cannot be read. */
function changes(...steps: readonly string[]): readonly ModelChange[] {
  let current: string | null | undefined;
  return steps.map((step, index) => {
    const origin = {
      commit: String(index),
      position: steps.length - index,
      seconds: index,
      author: "ada",
      subject: step,
    };
    const [word, version] = step.split(" ");
    if (word === "yank" && version !== undefined) return { type: "yank", origin, version };
    const from = current;
    current = step === "-" ? undefined : step === "?" ? null : step;
    return { type: "stage", origin, stage: "production", from, to: current };
  });
}

function targets(...steps: readonly string[]): readonly string[] {
  return buildTimeline(changes(...steps)).rollbackTargets("production");
}

function kinds(...steps: readonly string[]): readonly string[] {
  return buildTimeline(changes(...steps)).events.map((event) => event.kind);
}

describe("rollback targets", () => {
  it("are the versions that held the stage before, newest stay first", () => {
    expect(targets()).toEqual([]);
    expect(targets("1.0.0")).toEqual([]);
    expect(targets("1.0.0", "1.1.0", "1.2.0")).toEqual(["1.1.0", "1.0.0"]);
  });

  it("leave out what a rollback left, so that bad versions do not come back ungated", () => {
    expect(targets("1.0.0", "1.1.0", "1.0.0")).toEqual([]);
    expect(targets("1.0.0", "1.1.0", "1.2.0", "1.1.0")).toEqual(["1.0.0"]);
    expect(kinds("1.0.0", "1.1.0", "1.0.0", "1.1.0")).toEqual(["promote", "promote", "rollback", "promote"]);
  });

  it("take a version in again after it was promoted anew", () => {
    expect(targets("1.0.0", "1.1.0", "1.0.0", "1.1.0", "1.2.0")).toEqual(["1.1.0", "1.0.0"]);
  });

  it("leave out what was yanked", () => {
    expect(targets("1.0.0", "1.1.0", "yank 1.0.0")).toEqual([]);
    expect(kinds("1.0.0", "1.1.0", "yank 1.0.0", "1.0.0")).toEqual(["promote", "promote", "yank", "promote"]);
    expect(kinds("1.0.0", "1.1.0", "1.0.0", "yank 1.0.0")).toEqual([
      "promote",
      "promote",
      "rollback",
      "yank",
    ]);
  });

  it("hold for a stage that was emptied", () => {
    expect(targets("1.0.0", "-")).toEqual(["1.0.0"]);
    expect(kinds("1.0.0", "-", "1.0.0")).toEqual(["promote", "retire", "rollback"]);
  });

  it("are not confused by a file that could not be read for a while", () => {
    expect(targets("1.0.0", "?", "1.1.0")).toEqual(["1.0.0"]);
    expect(buildTimeline(changes("1.0.0", "?")).events.at(-1)).toMatchObject({ broken: true, from: "1.0.0" });
    const [, , mended] = buildTimeline(changes("1.0.0", "?", "1.1.0")).events;
    expect(mended).toMatchObject({ kind: "promote", wasBroken: true, to: "1.1.0" });
    expect(mended).not.toHaveProperty("from");
  });

  it("never hold the current version, a yanked one, or one that never was there", () => {
    const version = fc.constantFrom("1.0.0", "1.1.0", "1.2.0");
    const step = fc.oneof(
      version,
      version.map((v) => `yank ${v}`),
      fc.constant("-"),
      fc.constant("?"),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const result = targets(...steps);
        const moves = steps.filter((s) => !s.startsWith("yank"));
        const yanked = steps.filter((s) => s.startsWith("yank")).map((s) => s.slice(5));
        return (
          result.every((v) => moves.includes(v) && !yanked.includes(v) && v !== moves.at(-1)) &&
          new Set(result).size === result.length
        );
      }),
    );
  });
});

describe("a timeline", () => {
  it("knows every version that has been at a stage", () => {
    expect(buildTimeline(changes("1.0.0", "1.1.0", "-")).staysAt("production")).toEqual(["1.0.0", "1.1.0"]);
    expect(buildTimeline(changes("1.0.0")).staysAt("staging")).toEqual([]);
  });

  it("does not count an edit that moves nothing", () => {
    expect(kinds("1.0.0", "1.0.0", "1.1.0")).toEqual(["promote", "promote"]);
  });
});
