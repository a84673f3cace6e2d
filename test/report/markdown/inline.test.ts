import fc from "fast-check";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import { describe, expect, it } from "vitest";
import { code, prose, quote } from "../../../src/report/markdown/inline.ts";
import { renderTable } from "../../../src/report/markdown/table.ts";

/** As GitHub renders it, HTML of the text included. */
function html(markdown: string): string {
  return micromark(markdown, {
    allowDangerousHtml: true,
    allowDangerousProtocol: true,
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
  });
}

/** What people see, and what GitHub looks for mentions and references in: text outside of code. */
function visibleText(rendered: string): string {
  return rendered
    .replaceAll(/<code>[\s\S]*?<\/code>/g, " ")
    .replaceAll(/<[^>]*>/g, "")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&");
}

function tagsOf(rendered: string): readonly string[] {
  return [...new Set([...rendered.matchAll(/<\/?([a-z][a-z0-9]*)/gi)].map(([, tag]) => tag ?? ""))];
}

const nasty = fc
  .array(
    fc.constantFrom(
      "`",
      "``",
      "|",
      "\\",
      "*",
      "_",
      "[x](http://evil.example)",
      "![x](//evil.example/a.png)",
      "<img src=x>",
      "<!--",
      "-->",
      "@acme/admins",
      "#12",
      "GH-12",
      "acme/models#3",
      "\n",
      "\r",
      "~~~",
      "```",
      "- ",
      "1. ",
      "&lt;",
      "&#64;ada",
      "</table>",
      "\u202e",
      "\u200b",
      "::error::",
      "www.evil.example",
      "HTTPS://evil.example/x",
      "ftp://evil.example",
      "a@evil.example",
      "$x$",
      ":tada:",
      "##[group]",
      " ",
      "a",
      "fixes #1",
      ">",
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(""));
const runs = { numRuns: process.env["MODELTRAIL_TEST_LONG"] === "1" ? 20_000 : 1000 };

describe("text of a repository in Markdown", () => {
  it("stays one inert code span, in a table as well", () => {
    fc.assert(
      fc.property(nasty, nasty, (left, right) => {
        const rendered = html(renderTable(["", "x"], [[code(left), code(right)]]));
        expect(tagsOf(rendered).toSorted()).toEqual(["code", "table", "tbody", "td", "th", "thead", "tr"]);
        expect(rendered.match(/<td>/g)).toHaveLength(2);
        expect(visibleText(rendered).replaceAll(/[\sx]/g, "")).toBe("");
      }),
      runs,
    );
  });

  it("is a quotation without mention, reference, picture or HTML", () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const rendered = html(`${quote(text)}\n\nafter`);
        // A bare address may become a link, since it says itself where it goes.
        expect(tagsOf(rendered).filter((tag) => !["blockquote", "p", "a"].includes(tag))).toEqual([]);
        for (const [, target, label] of rendered.matchAll(/<a href="([^"]*)">([^<]*)<\/a>/g))
          expect(target?.replace(/^https?:\/\//, "")).toBe(label?.replace(/^https?:\/\//, ""));
        expect(visibleText(rendered)).not.toMatch(/@[A-Za-z0-9]|#\d|\bGH-\d/i);
        expect(rendered.endsWith("<p>after</p>")).toBe(true);
      }),
      runs,
    );
  });

  it("is a line of which nothing comes, not even of an address in it", () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const line = prose(text.replaceAll(/[\n\r]/g, " "));
        const rendered = html(renderTable(["", "x"], [[line, line]]));
        expect(tagsOf(rendered).toSorted()).toEqual(["table", "tbody", "td", "th", "thead", "tr"]);
        expect(rendered.match(/<td>/g)).toHaveLength(2);
        expect(visibleText(rendered)).not.toMatch(/@[A-Za-z0-9]|#\d|\bGH-\d|www\.|:\/\/|:[\w+-]+:/i);
        expect(line).not.toMatch(/(?<!\\)\$/);
      }),
      runs,
    );
  });

  it("shows what was written", () => {
    expect(visibleText(html(quote("a < b & c *d* [e](f) `g`"))).trim()).toBe("a < b & c *d* [e](f) `g`");
    expect(html(code("a `c` <d>"))).toContain("&lt;d&gt;");
  });
});
