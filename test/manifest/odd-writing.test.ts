import { describe, expect, it } from "vitest";
import { limitsOf } from "../../src/manifest/limits.ts";
import { parseStrictYaml } from "../../src/manifest/strict-yaml.ts";

function parse(text: string): ReturnType<typeof parseStrictYaml> {
  return parseStrictYaml(text, limitsOf("ModelStage"));
}

describe("what one YAML library reads and another does not", () => {
  it.each([
    ["a block without a last line break", "k: |\n  text"],
    ["a folded block without a last line break", "k: >+\n  text"],
    ["a tab in a plain text", "k: a\tb\n"],
    ["a tab before the text of a block", "k: |\n  \ttext\n"],
    ["a key on two lines", "k: {a\n  b: c}\n"],
    ["a colon on the line below its key", "k\n  : {a: b}\n"],
    ["a colon right before a comma", "k: {a:, b: c}\n"],
    ["a colon right before a bracket", "k: {a:[b]}\n"],
    ["a colon right before the end of a list", "k: [a:]\n"],
    ["a question mark in a plain text in flow", "k: [a?b]\n"],
    ["a question mark before a plain text", "k: {?a: b}\n"],
    ["a colon before a plain text", "k: [:a]\n"],
    ["a colon before a plain text in a block", "k: :a\n"],
    ["a single quote that is not closed", "k: 'it''s''"],
    ["a plain text that goes on without indentation", "k: \n#x\n  a\n\nb"],
    ["a plain text that goes on as a list", "k:  #c\n#x\n\n  a\n- "],
    ["an escape of a slash", 'k: "a\\/b"\n'],
    ["a pair of escapes", 'k: "\\ud83d\\ude00"\n'],
  ])("is refused: %s", (_, text) => {
    expect(parse(text).ok).toBe(false);
  });

  it.each([
    ["a plain text on two lines", "k: a\n  b\n", "a b"],
    ["a plain text on two lines of a list", "k:\n  - a\n    b\n", ["a b"]],
    ["a plain text on two lines in flow", "k: [a\n b]\n", ["a b"]],
    ["a question in a block", "k: is it good? yes\n", "is it good? yes"],
    ["an address in flow", "k: [http://a:80/b]\n", ["http://a:80/b"]],
    ["a quoted key without a blank", 'k: {"a":"b"}\n', { a: "b" }],
    ["a single quote in single quotes", "k: 'it''s'''\n", "it's'"],
    ["a block with its end stripped", "k: |-\n  a\n   b\n", "a\n b"],
    ["a folded block", "k: >\n  a\n  b\n\n  c\n", "a b\nc\n"],
    ["quotes on two lines", 'k: "a\n  b"\n', "a b"],
    ["escapes", 'k: "\\x41\\u00e9\\U0001F600\\n\\t\\"\\\\"\n', 'Aé😀\n\t"\\'],
    ["a document with its marks", "---\nk: v\n...\n", "v"],
    ["a list that is not indented", "k:\n- a\n- b: c\n", ["a", { b: "c" }]],
  ])("is taken: %s", (_, text, value) => {
    expect(parse(text)).toMatchObject({ ok: true, document: { value: { k: value } } });
  });
});
