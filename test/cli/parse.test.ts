import { describe, expect, it } from "vitest";
import { parseMoment } from "../../src/cli/parse.ts";

describe("a moment that is typed", () => {
  it.each([
    ["2026-11-20", new Date(2026, 10, 20)],
    ["2026-11-20T10:15", new Date(2026, 10, 20, 10, 15)],
    ["2026-11-20T10:15:00Z", new Date(Date.UTC(2026, 10, 20, 10, 15))],
    ["2026-11-20T10:15:00+02:00", new Date(Date.UTC(2026, 10, 20, 8, 15))],
  ])("--at %s", (text, moment) => expect(parseMoment("--at", text)).toEqual(moment));

  it.each(["yesterday", "1", "2026-13-01", "20 Nov 2026", ""])("refuses --at %j", (text) => {
    expect(() => parseMoment("--at", text)).toThrow(expect.objectContaining({ code: "USAGE" }));
  });
});
