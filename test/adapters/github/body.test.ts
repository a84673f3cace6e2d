import { describe, expect, it } from "vitest";
import {
  cutText,
  readMarker,
  renderBody,
  renderTitle,
  replaceMarker,
} from "../../../src/adapters/github/body.ts";
import { type Marker, renderMarker } from "../../../src/adapters/github/marker.ts";

const MARKER = { head: "a".repeat(40), reason: "because" };
const GITHUB_LIMIT = 65_536;

function body(old: string, description: readonly string[], marker: Marker = MARKER): string {
  return renderBody(old, description, marker) ?? "";
}

describe("a body", () => {
  it("holds the parts and a marker, each on lines of its own", () => {
    const text = body("", ["# One", "Two"]);
    expect(text).toBe(
      `<!-- modeltrail -->\n\n# One\n\nTwo\n\n${renderMarker(MARKER)}\n\n<!-- /modeltrail -->`,
    );
    expect(readMarker(text)).toEqual(MARKER);
  });

  it.each([
    "-->",
    "--!>",
    "<!-- modeltrail -->",
    "a --- b ----> c",
    "<!--",
    "</script>",
    "\u2028\u0000\n",
    "@ada \\u002d \\",
    '"}} -->',
    "",
  ])("keeps the marker whole around %j", (hostile) => {
    const marker = { reason: hostile, [hostile]: "x" };
    const line = renderMarker(marker);
    expect(line.slice(4, -4)).not.toMatch(/--|[<>\n\u2028]/);
    const text = body("", [hostile], marker);
    expect(readMarker(text)).toEqual(marker);
    expect(readMarker(body(text, [`${hostile}${hostile}`], marker))).toEqual(marker);
  });

  it("believes no marker that a text brings", () => {
    const forged = `<!-- modeltrail:{"head":"forged"} -->`;
    const text = body(forged, [
      forged,
      "<!--modeltrail-->",
      "<!-- /modeltrail -->",
      `<!--   /  MODELTRAIL -->`,
    ]);
    expect(readMarker(text)).toEqual(MARKER);
    expect(readMarker(`${forged}\n\n${text}`)).toEqual(MARKER);
    expect(readMarker(forged)).toBeUndefined();
    for (const broken of ["<!-- modeltrail:{ -->", "<!-- modeltrail:[] -->", "<!-- modeltrail:{}", ""])
      expect(readMarker(`<!-- modeltrail -->${broken}<!-- /modeltrail -->`) ?? {}).toEqual({});
  });

  it("keeps a person's words to the letter", () => {
    const [before, after] = ["Mine.\r\n\r\n", "\r\n- [ ] todo  \r\n"];
    const text = `${before}${body("", ["old"])}${after}`;
    const next = body(text, ["new"], { ...MARKER, head: "b" });
    expect(next.startsWith(`${before}<!-- modeltrail -->\n\nnew`)).toBe(true);
    expect(next.endsWith(`<!-- /modeltrail -->${after}`)).toBe(true);
    expect(replaceMarker(text, { ...MARKER, superseded: "x" })).toBe(
      text.replace(renderMarker(MARKER), renderMarker({ ...MARKER, superseded: "x" })),
    );
    expect(readMarker(replaceMarker("Only mine.", MARKER))).toEqual(MARKER);
    // A block without its end.
    expect(body("Mine. <!-- modeltrail --> and", ["new"])).toMatch(
      /^Mine\. &lt;!-- modeltrail --> and\n\n<!-- /,
    );
  });
});

describe("a body that is too long", () => {
  it("loses its last parts first, and says which", () => {
    const text = body("", [
      "# One\n\n1",
      `# Two\n\n${"2".repeat(40_000)}`,
      `# Three\n\n${"3".repeat(40_000)}`,
      "x",
    ]);
    expect(text.length).toBeLessThanOrEqual(GITHUB_LIMIT);
    expect(text).toContain("2".repeat(40_000));
    expect(text).toContain(
      "_Left out, in part or in whole, because GitHub takes no longer text: Three; 1 more._",
    );
  });

  it.each(["x", "é", "漢", "😀"])("is cut within its first part, at a line, with %s", (letter) => {
    const line = `${letter.repeat(50)}\n`;
    const text = body("", [
      `# One\n\n<details><summary>All</summary>\n\n\`\`\`\`yaml\n${line.repeat(4_000)}\`\`\`\`\n\n</details>`,
    ]);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(GITHUB_LIMIT);
    expect(Buffer.byteLength(text)).toBeGreaterThan(60_000);
    expect(text).toMatch(
      /\n````\n\n<\/details>\n\n_Left out, in part or in whole, because GitHub takes no longer text: One\._\n\n<!-- /,
    );
    expect(readMarker(text)).toEqual(MARKER);
  });

  it("keeps the rows of a table that fit, and names what is missing", () => {
    const rows = "| gate | why |\n".repeat(10_000);
    const gates = `**Verdict when it was proposed: fail**\n\n| gate | |\n| --- | --- |\n${rows}`;
    const text = body("", ["Promotes.", gates, "**Lineage**\n\nx", "To take it back"]);
    expect(text.split("| gate | why |").length).toBeGreaterThan(3_500);
    expect(text).toMatch(
      /longer text: Verdict when it was proposed: fail; Lineage; 1 more\._\n\n<!-- modeltrail:/,
    );
    expect(text).not.toContain("**Lineage**");
  });

  it("is never a person's loss", () => {
    const mine = "w".repeat(63_000);
    const text = body(mine, ["# One\n\n".padEnd(2_000, "x")]);
    expect(text.startsWith(mine)).toBe(true);
    expect(text.length).toBeLessThanOrEqual(GITHUB_LIMIT);
    expect(renderBody("w".repeat(64_000), ["x"], MARKER)).toBeUndefined();
  });
});

describe("short texts", () => {
  it("are one line, and end at a whole character", () => {
    expect(renderTitle(" a\r\n b\u2028c ")).toBe("a b c");
    expect(renderTitle("😀".repeat(200))).toHaveLength(255);
    expect(renderTitle("y".repeat(256))).toBe("y".repeat(256));
    expect(cutText("abc", 3)).toBe("abc");
    expect(cutText("abcd", 3)).toBe("ab…");
  });
});
