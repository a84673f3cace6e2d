import { findForbiddenInText, findForbiddenInValue } from "./characters.ts";
import { limitsOf } from "./limits.ts";
import { valueAt } from "./pointer.ts";
import type { Span } from "./read-nodes.ts";
import { parseStrictYaml, type StrictDocument } from "./strict-yaml.ts";

/** A new text for a scalar that a manifest holds already. */
export interface ManifestEdit {
  /** JSON Pointer to the scalar. */
  readonly pointer: string;
  readonly value: string;
}

interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Replaces scalars in a manifest's text and keeps every other byte. A value that is equal already stays as it is
 * written. Undefined when that cannot be done faithfully: the caller then writes the whole file anew.
 */
export function editManifest(text: string, edits: readonly ManifestEdit[]): string | undefined {
  const before = parse(text);
  if (before === undefined) return undefined;
  const replacements: Replacement[] = [];
  for (const { pointer, value } of edits) {
    const old = valueAt(before.value, pointer);
    const span = before.spans.get(pointer);
    if (span === undefined || span.style === "collection" || findForbiddenInValue(value) !== -1)
      return undefined;
    if (old !== value) replacements.push(replaceScalar(text, span, value));
  }
  const edited = applyReplacements(text, replacements);
  return edited === undefined || !readsBack({ before, after: parse(edited), edits }) ? undefined : edited;
}

function parse(text: string): StrictDocument | undefined {
  const limits = limitsOf("ModelVersion");
  if (text.length > limits.bytes || findForbiddenInText(text) !== -1) return undefined;
  const parsed = parseStrictYaml(text, limits);
  return parsed.ok ? parsed.document : undefined;
}

function replaceScalar(text: string, { start, end, style }: Span, value: string): Replacement {
  const quoted = JSON.stringify(value);
  // Behind an empty value there is no blank yet; behind a block's text its last line break stays.
  if (start === end)
    return { start, end, text: /[ \t]/.test(text.charAt(start - 1)) ? quoted : ` ${quoted}` };
  if (style !== "block") return { start, end, text: quoted };
  return { start, end: start + text.slice(start, end).trimEnd().length, text: quoted };
}

/** Undefined when two edits name the same scalar. */
function applyReplacements(text: string, replacements: readonly Replacement[]): string | undefined {
  let edited = "";
  let at = 0;
  for (const { start, end, text: replacement } of [...replacements].sort((a, b) => a.start - b.start)) {
    if (start < at) return undefined;
    edited += text.slice(at, start) + replacement;
    at = end;
  }
  return edited + text.slice(at);
}

interface ReadBack {
  readonly before: StrictDocument;
  readonly after: StrictDocument | undefined;
  readonly edits: readonly ManifestEdit[];
}

/** Whether the edited text holds the new values, and else exactly what it held before. */
function readsBack({ before, after, edits }: ReadBack): boolean {
  if (after === undefined) return false;
  const wanted = new Map(edits.map(({ pointer, value }) => [pointer, value]));
  if ([...before.spans.keys()].join("\n") !== [...after.spans.keys()].join("\n")) return false;
  return [...before.spans].every(([pointer, { style }]) => {
    if (style === "collection") return after.spans.get(pointer)?.style === "collection";
    return valueAt(after.value, pointer) === (wanted.get(pointer) ?? valueAt(before.value, pointer));
  });
}
