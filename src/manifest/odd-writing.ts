import type { Scalar } from "yaml";

/** A way of writing a text that some programs read, and others refuse or read differently. */
export interface OddWriting {
  /** To be read after the name of the value. */
  readonly because: string;
  readonly hint: string;
}

interface Surroundings {
  readonly text: string;
  /** Offset of the key that a value belongs to; the value's own in a list. */
  readonly key: number;
  /** Within `[]` or `{}`. */
  readonly inFlow: boolean;
}

/** What the YAML libraries of Go and Python, which read version 1.1, take differently in a scalar; found by trying. */
export function findOddScalar(node: Scalar, { text, key, inFlow }: Surroundings): OddWriting | undefined {
  const [start, end] = node.range ?? [0, 0];
  const source = text.slice(start, end);
  if (node.type === "QUOTE_DOUBLE") return findOddEscape(source);
  if (node.type === "PLAIN") {
    const line = text.lastIndexOf("\n", key - 1) + 1;
    return findOddPlain(source, { inFlow, indent: key - line + (key === start ? 0 : 1) });
  }
  if (node.type === "QUOTE_SINGLE") {
    if (source.length > 1 && source.endsWith("'") && !source.slice(1, -1).replaceAll("''", "").includes("'"))
      return undefined;
    return { because: "has no quote at its end", hint: "Close the quote." };
  }
  if (end === text.length && !source.endsWith("\n")) {
    return {
      because: "is a block without a line break at the end of the file",
      hint: "End the file with a line break.",
    };
  }
  if (/\n *\t/.test(source)) return { because: "is a block with a tab before its text", hint: "Use blanks." };
  return undefined;
}

/** A key has to stand on one line with its colon, and a blank has to follow the colon of a key without quotes. */
export function findOddKey(key: Scalar, { text, inFlow }: Surroundings): OddWriting | undefined {
  const [start, end] = key.range ?? [0, 0];
  const colon = text.indexOf(":", end);
  if (text.slice(start, end).includes("\n") || /[^ ]/.test(text.slice(end, colon))) {
    return {
      because: "is a key that does not stand on one line with its colon",
      hint: "Put the key and its colon on one line.",
    };
  }
  if (inFlow && key.type === "PLAIN" && !/\s/.test(text.charAt(colon + 1))) {
    return { because: "is a key without a blank behind its colon", hint: "Put a blank behind the colon." };
  }
  return undefined;
}

interface PlainSurroundings {
  readonly inFlow: boolean;
  /** The blanks that every further line has to begin with. */
  readonly indent: number;
}

function findOddPlain(source: string, { inFlow, indent }: PlainSurroundings): OddWriting | undefined {
  if (source.includes("\t")) {
    return {
      because: "holds a tab without quotes, which not every program reads",
      hint: "Quote it, and write the tab as \\t.",
    };
  }
  if (/^[?:]/.test(source) || (inFlow && /\?|:$/.test(source))) {
    return {
      because: "holds a ? or : without quotes, which not every program reads alike",
      hint: "Quote it.",
    };
  }
  const isShort = (line: string): boolean =>
    line.trim() !== "" && line.length - line.trimStart().length < indent;
  if (!inFlow && source.split("\n").slice(1).some(isShort)) {
    return { because: "goes on in a line that is not indented", hint: "Quote it, or put it on one line." };
  }
  return undefined;
}

/** YAML 1.1 knows no `\/`, and no YAML knows pairs of `\u` escapes, though some programs read both. */
function findOddEscape(source: string): OddWriting | undefined {
  if (!source.includes("\\")) return undefined;
  for (const [escape] of source.matchAll(/\\(?:u[0-9A-Fa-f]{4}|.)/gs)) {
    if (escape === "\\/" || /^\\u[dD][89a-fA-F]/.test(escape)) {
      return {
        because: `holds the escape ${escape}, which not every program reads`,
        hint: "Write the character itself.",
      };
    }
  }
  return undefined;
}
