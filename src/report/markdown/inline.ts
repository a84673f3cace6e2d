import { escapeText } from "../escape.ts";

/**
 * Text from a repository as Markdown that shows it and does nothing else: no link, picture, mention, reference or
 * HTML comes of it. Besides `report/escape.ts` this is the only place that makes Markdown of such text.
 */

/** A value as a code span, in one line. Tables cannot hold every `|`, so it is shown as an escape. */
export function code(value: string): string {
  const text = escapeText(value).replaceAll("|", "\\u007c");
  if (text.trim() === "") return "` `";
  const runs = [...text.matchAll(/`+/g)].map(([run]) => run.length);
  const fence = "`".repeat(Math.max(0, ...runs) + 1);
  const space = text.startsWith("`") || text.endsWith("`") || runs.length > 0 ? " " : "";
  return `${fence}${space}${text}${space}${fence}`;
}

/**
 * What a person wrote, in a paragraph of its own: what Markdown, mentions and references are made of is taken apart. A
 * web address stays one, since it says itself where it goes.
 */
export function quote(text: string): string {
  return text
    .split("\n")
    .map((line) => `> ${withAddresses(line)}`.trimEnd())
    .join("\n");
}

function withAddresses(line: string): string {
  return escapeText(line)
    .split(ADDRESS)
    .map((part, index) => (index % 2 === 1 ? `<${part}>` : inert(part)))
    .join("");
}

/** A line of text that nobody answers for: not even an address in it is one. */
export function prose(text: string): string {
  return inert(escapeText(text));
}

const ADDRESS = /(\bhttps?:\/\/[\w.~:/?#@!$&'*+,;=%-]*[\w/])/;

function inert(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(/[\\`*_{}[\]()#+\-!|~>$]/g, (mark) => `\\${mark}`)
    .replaceAll(/(\\#|@)(?=[\w-])/g, "$1&#8203;")
    .replaceAll(/(www)\./gi, "$1&#8203;.")
    .replaceAll(/:(?=\/\/|[\w+\\-]+:)/g, ":&#8203;")
    .replaceAll(/\b(GH)\\-(?=\d)/gi, "$1\\-&#8203;")
    .replaceAll(/^(\s*\d+)\./g, "$1\\.");
}
