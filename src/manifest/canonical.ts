import { findForbiddenInText } from "./characters.ts";
import type { ManifestLimits } from "./limits.ts";
import { isReservedWord, parsePlain } from "./plain-scalar.ts";
import { appendPointer } from "./pointer.ts";

/** Where values stand: JSON Pointer to offset in the text. */
export type Offsets = Map<string, number>;

interface Cursor {
  readonly text: string;
  readonly limits: ManifestLimits;
  /** Filled when there is one; the values alone are read faster. */
  readonly offsets: Offsets | undefined;
  /** Offset of the next line that is neither empty nor a comment. */
  at: number;
  /** How many blanks that line begins with; -1 at the end of the text. */
  indent: number;
  nodes: number;
}

/** Where a map or list stands. */
interface Level {
  /** The blanks before its keys or dashes. */
  readonly indent: number;
  readonly pointer: string;
  readonly depth: number;
}

type YamlMap = Record<string, unknown>;

/** Stands for a text that is not written as Modeltrail writes it. */
const REFUSED = Symbol("refused");

/** Lexemes that one line of this style has at most; keeps this reader within the limits of the full one. */
const LEXEMES_A_LINE = 12;
const MOST_KEY_LENGTH = 200;
const LINE_FEED = 0x0a;
const BLANK = 0x20;
const QUOTE = 0x22;
const HASH = 0x23;
const DASH = 0x2d;
const COLON = 0x3a;
const ESCAPED = /^(?:[^"\\]|\\["\\nt])*$/;
const PLAIN = /^[A-Za-z0-9_/.-][-A-Za-z0-9_./@:+]*$/;

/**
 * Reads a text in the style of `renderManifest`, line by line: maps and lists in blocks, one value a line, comments
 * on lines of their own. Undefined for every other text, whether it is a manifest or not; what it does read, the
 * full reader reads alike.
 */
export function parseCanonical(text: string, limits: ManifestLimits, offsets?: Offsets): unknown {
  if (
    text.length > limits.bytes ||
    text.includes("\r") ||
    text.includes("\t") ||
    findForbiddenInText(text) !== -1
  )
    return undefined;
  if (countLines(text) * LEXEMES_A_LINE > limits.lexemes || !text.endsWith("\n")) return undefined;
  const cursor: Cursor = { text, limits, offsets, at: 0, indent: 0, nodes: 0 };
  moveToContent(cursor);
  if (cursor.indent !== 0) return undefined;
  offsets?.set("", 0);
  const value = readMap(cursor, { indent: 0, pointer: "", depth: 1 });
  return value === REFUSED || !isAtEnd(cursor) ? undefined : value;
}

function countLines(text: string): number {
  let lines = 0;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) lines += 1;
  return lines;
}

function isAtEnd(cursor: Cursor): boolean {
  return cursor.indent === -1;
}

/** From the beginning of a line to the next one with content. */
function moveToContent(cursor: Cursor): void {
  const { text } = cursor;
  for (;;) {
    const start = cursor.at;
    let at = start;
    while (text.charCodeAt(at) === BLANK) at += 1;
    if (at >= text.length) {
      cursor.at = text.length;
      cursor.indent = -1;
      return;
    }
    const code = text.charCodeAt(at);
    if (code === HASH) cursor.at = lineEnd(text, at) + 1;
    else if (code === LINE_FEED && at === start) cursor.at = at + 1;
    else {
      cursor.at = at;
      cursor.indent = at - start;
      return;
    }
  }
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end === -1 ? text.length : end;
}

/** Reads a map; the cursor is at its first key. */
function readMap(cursor: Cursor, level: Level): YamlMap | typeof REFUSED {
  const { indent, pointer, depth } = level;
  if (depth > cursor.limits.depth || !countNodes(cursor, 1)) return REFUSED;
  const map: YamlMap = {};
  do {
    const keyAt = cursor.at;
    const key = readKey(cursor);
    if (key === undefined || Object.hasOwn(map, key) || !countNodes(cursor, 1)) return REFUSED;
    const inner = cursor.offsets === undefined ? "" : appendPointer(pointer, key);
    const value = readValue(cursor, { indent, pointer: inner, depth }, keyAt);
    if (value === REFUSED) return REFUSED;
    map[key] = value;
  } while (cursor.indent === indent && !startsItem(cursor));
  return cursor.indent > indent ? REFUSED : map;
}

/** Reads a key and its colon; the cursor is behind the colon then. */
function readKey(cursor: Cursor): string | undefined {
  const { text, at } = cursor;
  const colon = findColon(text, at);
  if (colon === -1) return undefined;
  cursor.at = colon + 1;
  const isQuoted = text.charCodeAt(at) === QUOTE;
  const key = isQuoted ? text.slice(at + 1, colon - 1) : text.slice(at, colon);
  return isForbiddenKey(key) || (!isQuoted && isReservedWord(key)) ? undefined : key;
}

/** Offset of the colon of the key that begins here; -1 when no key of this style does. */
function findColon(text: string, start: number): number {
  const isQuoted = text.charCodeAt(start) === QUOTE;
  let at = isQuoted ? start + 1 : start;
  if (isQuoted) at = skipQuotedKey(text, at);
  else if (isLetter(text.charCodeAt(at))) while (isKeyCharacter(text.charCodeAt(at))) at += 1;
  const behind = text.charCodeAt(at + 1);
  const isKey =
    at > start &&
    at - start <= MOST_KEY_LENGTH &&
    text.charCodeAt(at) === COLON &&
    (behind === BLANK || behind === LINE_FEED);
  return isKey ? at : -1;
}

/** Offset behind the closing quote; -1 for a key with escapes, or none at all. */
function skipQuotedKey(text: string, start: number): number {
  const end = text.indexOf('"', start);
  if (end <= start || end - start > MOST_KEY_LENGTH) return -1;
  const key = text.slice(start, end);
  return key.includes("\\") || key.includes("\n") ? -1 : end + 1;
}

function isLetter(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code === 0x5f;
}

/** Letters, digits, and `-`, `.`, `/`. */
function isKeyCharacter(code: number): boolean {
  return isLetter(code) || (code >= 0x2d && code <= 0x39);
}

/** Keys that reach into the prototypes of JavaScript, or merge in YAML 1.1. */
export function isForbiddenKey(key: string): boolean {
  return key === "__proto__" || key === "constructor" || key === "prototype" || key === "<<";
}

/** Reads what stands behind a key of this level: a value on the same line, or a map or list on the lines below. */
function readValue(cursor: Cursor, { indent, pointer, depth }: Level, keyAt: number): unknown {
  const { text } = cursor;
  if (text.charCodeAt(cursor.at) === BLANK) {
    cursor.at += 1;
    const start = cursor.at;
    const value = readScalar(cursor);
    const isScalar = typeof value !== "object";
    place(cursor, pointer, isScalar ? start : keyAt);
    return value;
  }
  place(cursor, pointer, keyAt);
  cursor.at += 1;
  moveToContent(cursor);
  if (cursor.indent !== indent + 2) return REFUSED;
  const inner = { indent: indent + 2, pointer, depth: depth + 1 };
  return startsItem(cursor) ? readList(cursor, inner) : readMap(cursor, inner);
}

function startsItem(cursor: Cursor): boolean {
  return cursor.text.charCodeAt(cursor.at) === DASH && cursor.text.charCodeAt(cursor.at + 1) === BLANK;
}

/** Reads a list; the cursor is at its first dash. */
function readList(cursor: Cursor, level: Level): unknown[] | typeof REFUSED {
  const { indent, pointer, depth } = level;
  if (depth > cursor.limits.depth || !countNodes(cursor, 1)) return REFUSED;
  const list: unknown[] = [];
  do {
    const inner = cursor.offsets === undefined ? "" : appendPointer(pointer, list.length);
    cursor.at += 2;
    place(cursor, inner, cursor.at);
    const value =
      findColon(cursor.text, cursor.at) !== -1
        ? readMap(cursor, { indent: indent + 2, pointer: inner, depth: depth + 1 })
        : readScalar(cursor);
    if (value === REFUSED) return REFUSED;
    list.push(value);
  } while (cursor.indent === indent && startsItem(cursor));
  return cursor.indent >= indent ? REFUSED : list;
}

/** Reads the rest of a line as one value, and moves on to the next line with content. */
function readScalar(cursor: Cursor): unknown {
  const end = lineEnd(cursor.text, cursor.at);
  const written = cursor.text.slice(cursor.at, end);
  cursor.at = end + 1;
  moveToContent(cursor);
  if (!countNodes(cursor, 1)) return REFUSED;
  if (written.charCodeAt(0) === QUOTE) return readQuoted(written);
  if (written === "[]") return [];
  if (written === "{}") return {};
  if (!PLAIN.test(written) || written.endsWith(":")) return REFUSED;
  const plain = parsePlain(written);
  return "value" in plain && plain.value !== null ? plain.value : REFUSED;
}

function readQuoted(written: string): unknown {
  const inner = written.slice(1, -1);
  if (written.length < 2 || !written.endsWith('"')) return REFUSED;
  if (!inner.includes("\\") && !inner.includes('"')) return inner;
  return ESCAPED.test(inner) ? (JSON.parse(written) as string) : REFUSED;
}

function countNodes(cursor: Cursor, count: number): boolean {
  cursor.nodes += count;
  return cursor.nodes <= cursor.limits.nodes;
}

function place(cursor: Cursor, pointer: string, offset: number): void {
  cursor.offsets?.set(pointer, offset);
}
