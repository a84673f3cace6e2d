import { describe, expect, it } from "vitest";
import { renderPage, styled, type Line } from "../../src/report/page.ts";
import { formatBytes, formatCount } from "../../src/registry/quantities.ts";
import { formatTime } from "../../src/report/quantities.ts";
import { renderPairs, renderTable } from "../../src/report/table.ts";

const plain = (lines: readonly Line[]): readonly string[] =>
  renderPage(lines, { color: false }).split("\n").slice(0, -1);

describe("tables", () => {
  const columns = [
    { title: "NAME" },
    { title: "SIZE", align: "right" as const },
    { title: "" },
    { title: "WHAT", shrinksTo: 6 },
  ];

  it("align what is shown, and leave out empty columns", () => {
    const rows = [
      ["a", "1", "", "first"],
      [styled("strong", "longer"), "100", "", "日本"],
    ];
    expect(plain(renderTable(columns, rows, undefined))).toEqual([
      "NAME    SIZE  WHAT",
      "a          1  first",
      "longer   100  日本",
    ]);
  });

  it("shorten what may shrink, and nothing else", () => {
    const rows = [["a-long-name-that-stays", "1", "", "a long description of it"]];
    const [, row = ""] = plain(renderTable(columns, rows, 40));
    expect(row).toBe("a-long-name-that-stays     1  a long de…");
    expect(row.length).toBe(40);
    expect(plain(renderTable(columns, rows, 10))[1]).toBe("a-long-name-that-stays     1  a lon…");
  });

  it("measure escapes as they are shown", () => {
    const lines = plain(
      renderTable(
        [{ title: "A" }, { title: "B" }],
        [
          ["x\ny", "1"],
          ["abcd", "2"],
        ],
        undefined,
      ),
    );
    expect(lines).toEqual(["A     B", "x\\ny  1", "abcd  2"]);
  });

  it("pairs stand below each other", () => {
    expect(
      plain(
        renderPairs([
          ["a", "1"],
          ["long", "2"],
        ]),
      ),
    ).toEqual(["  a     1", "  long  2"]);
  });
});

describe("quantities", () => {
  it.each([
    [0, "0 bytes"],
    [1, "1 byte"],
    [999, "999 bytes"],
    [1000, "1.00 kB"],
    [18_874_368, "18.9 MB"],
    [2_000_000_000, "2.00 GB"],
  ])("%i bytes", (bytes, shown) => expect(formatBytes(bytes)).toBe(shown));

  it("counts and times", () => {
    expect(formatCount(1, "file")).toBe("1 file");
    expect(formatCount(0, "file")).toBe("0 files");
    expect(formatTime("no time")).toBe("no time");
    expect(formatTime(new Date(2026, 10, 20, 9, 5).toISOString())).toBe("2026-11-20 09:05");
  });
});
