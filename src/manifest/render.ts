import { ModeltrailError } from "../diagnostics/errors.ts";
import { findForbiddenInValue, nameCharacter } from "./characters.ts";
import { parsePlain, renderNumber } from "./plain-scalar.ts";
import { appendPointer, renderPointer } from "./pointer.ts";
import { SHAPES, type Shape } from "./shapes.generated.ts";
import { SKIP_COMMENT } from "./skip-comment.ts";
import type { Manifest } from "./types.generated.ts";

const PLAIN_KEY = /^[A-Za-z_][-A-Za-z0-9_./]*$/;

/**
 * Writes a manifest as a new file. Throws INVALID_INPUT when a text holds a character that no manifest may hold,
 * or a number is not finite.
 */
export function renderManifest(manifest: Manifest): string {
  const lines = [SKIP_COMMENT];
  renderMap({
    lines,
    value: { ...manifest },
    shape: SHAPES[manifest.kind],
    indent: "",
    pointer: "",
    first: "",
  });
  return `${lines.join("\n")}\n`;
}

/** Writes a text as a YAML scalar that every program reads as that text. */
function renderString(value: string, pointer: string): string {
  const offset = findForbiddenInValue(value);
  if (offset !== -1) {
    throw new ModeltrailError(
      "INVALID_INPUT",
      `${renderPointer(pointer)} holds ${nameCharacter(value, offset)}, which no manifest may hold`,
      {
        hint: "Take the character out.",
      },
    );
  }
  return JSON.stringify(value);
}

interface Block<T> {
  readonly lines: string[];
  readonly value: T;
  readonly shape: Shape | undefined;
  readonly indent: string;
  readonly pointer: string;
  /** What stands before the first key in place of the indentation: a dash, in a list. */
  readonly first: string;
}

function renderMap(block: Block<Readonly<Record<string, unknown>>>): void {
  let lead = block.first;
  for (const key of orderKeys(block.value, block.shape)) {
    const value = block.value[key];
    if (value === undefined) continue;
    const pointer = appendPointer(block.pointer, key);
    const shape = ownField(block.shape?.fields, key) ?? block.shape?.entries;
    renderEntry({
      lines: block.lines,
      value,
      shape,
      indent: `${block.indent}  `,
      pointer,
      first: `${lead}${renderKey(key, pointer)}:`,
    });
    lead = block.indent;
  }
}

/** Known fields first, in the order of the schema, then the rest by name. */
function orderKeys(value: Readonly<Record<string, unknown>>, shape: Shape | undefined): readonly string[] {
  const known = Object.keys(shape?.fields ?? {}).filter((key) => Object.hasOwn(value, key));
  const others = Object.keys(value).filter((key) => ownField(shape?.fields, key) === undefined);
  return [...known, ...others.sort()];
}

function ownField(fields: Readonly<Record<string, Shape>> | undefined, key: string): Shape | undefined {
  return fields !== undefined && Object.hasOwn(fields, key) ? fields[key] : undefined;
}

function renderKey(key: string, pointer: string): string {
  const plain = parsePlain(key);
  return PLAIN_KEY.test(key) && "value" in plain && plain.value === key ? key : renderString(key, pointer);
}

/** Writes one value behind `first`, which is its key or its dash. */
function renderEntry(block: Block<unknown>): void {
  const { lines, value, first } = block;
  if (Array.isArray(value)) {
    if (value.length === 0) lines.push(`${first} []`);
    else renderList({ ...block, value });
  } else if (typeof value === "object" && value !== null) {
    const map = { ...value };
    if (Object.values(map).every((inner) => inner === undefined)) lines.push(`${first} {}`);
    else {
      lines.push(first);
      renderMap({ ...block, value: map, first: block.indent });
    }
  } else lines.push(`${first} ${renderScalar(value, block.pointer)}`);
}

function renderList(block: Block<readonly unknown[]>): void {
  block.lines.push(block.first);
  for (const [index, value] of block.value.entries()) {
    const item = { ...block, pointer: appendPointer(block.pointer, index), shape: block.shape?.items };
    const map =
      typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
    if (map !== undefined && Object.values(map).some((inner) => inner !== undefined)) {
      renderMap({ ...item, value: map, indent: `${block.indent}  `, first: `${block.indent}- ` });
    } else renderEntry({ ...item, value, first: `${block.indent}-` });
  }
}

function renderScalar(value: unknown, pointer: string): string {
  if (typeof value === "string") return renderString(value, pointer);
  if (typeof value === "boolean") return String(value);
  if (typeof value === "number" && Number.isFinite(value)) return renderNumber(value);
  throw new ModeltrailError(
    "INVALID_INPUT",
    `${renderPointer(pointer)} cannot be written: it is no text, truth value or finite number`,
  );
}
