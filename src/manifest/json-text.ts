import { createScanner, type Node, type ParseError, parseTree } from "jsonc-parser";

/** A value of a JSON text. Numbers stay as they are written, since JSON.parse would round them. */
export interface JsonNode {
  /** Offset of its first character. */
  readonly at: number;
  readonly content:
    | { readonly kind: "text" | "number" | "word"; readonly text: string }
    | { readonly kind: "list"; readonly items: readonly JsonNode[] }
    | { readonly kind: "map"; readonly entries: ReadonlyMap<string, JsonNode> };
}

/** Why a text is no JSON that can be kept, and the offset of the place. */
export interface JsonProblem {
  readonly at: number;
  readonly problem: string;
}

export type JsonReading =
  { readonly ok: true; readonly root: JsonNode } | ({ readonly ok: false } & JsonProblem);

/** The parser calls itself for each level: what is nested deeper than anybody writes is refused before. */
const MAX_DEPTH = 32;
/** What programs write for a number that is none; JSON has no such words. */
const NO_NUMBER = /[-+]?(?:NaN|Inf(?:inity)?)(?!\w)/iy;

/**
 * Reads strict JSON: no comments, no comma at the end, and no key twice in one object, of which JSON.parse would take
 * the last. Never throws over a text.
 */
export function parseJsonText(text: string): JsonReading {
  const deep = findDeepPlace(text);
  if (deep !== undefined) return { ok: false, at: deep, problem: "is nested too deeply" };
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
  const [error] = errors;
  if (tree === undefined || error !== undefined)
    return { ok: false, ...explainPlace(text, error?.offset ?? text.length) };
  const repeated: JsonProblem[] = [];
  const root = toNode(tree, { text, repeated });
  const [twice] = repeated;
  return twice === undefined ? { ok: true, root } : { ok: false, ...twice };
}

function findDeepPlace(text: string): number | undefined {
  const scanner = createScanner(text, true);
  let depth = 0;
  for (scanner.scan(); scanner.getTokenOffset() < text.length; scanner.scan()) {
    const mark = text[scanner.getTokenOffset()];
    if (mark === "{" || mark === "[") depth += 1;
    else if (mark === "}" || mark === "]") depth -= 1;
    if (depth > MAX_DEPTH) return scanner.getTokenOffset();
  }
  return undefined;
}

function explainPlace(text: string, at: number): JsonProblem {
  NO_NUMBER.lastIndex = at;
  const [none] = NO_NUMBER.exec(text) ?? [];
  if (none !== undefined) return { at, problem: `${none} is no number that can be kept` };
  const rest = JSON.stringify(text.slice(at, at + 20));
  return { at, problem: at < text.length ? `is no JSON at ${rest}` : "ends too early to be JSON" };
}

interface Conversion {
  readonly text: string;
  /** Where keys stand a second time, in the text's order. */
  readonly repeated: JsonProblem[];
}

function toNode(node: Node, conversion: Conversion): JsonNode {
  const { type, offset: at, length, children = [] } = node;
  if (type === "object") return { at, content: { kind: "map", entries: toEntries(children, conversion) } };
  if (type === "array")
    return { at, content: { kind: "list", items: children.map((child) => toNode(child, conversion)) } };
  if (type === "string") return { at, content: { kind: "text", text: String(node.value) } };
  const kind = type === "number" ? "number" : "word";
  return { at, content: { kind, text: conversion.text.slice(at, at + length) } };
}

function toEntries(properties: readonly Node[], conversion: Conversion): ReadonlyMap<string, JsonNode> {
  const { text, repeated } = conversion;
  const entries = new Map<string, JsonNode>();
  for (const { children: [key, value] = [] } of properties) {
    if (key === undefined || value === undefined) continue;
    const name = String(key.value);
    if (entries.has(name)) {
      const written = text.slice(key.offset, key.offset + key.length);
      repeated.push({ at: key.offset, problem: `${written} stands twice in one object` });
    }
    entries.set(name, toNode(value, conversion));
  }
  return entries;
}
