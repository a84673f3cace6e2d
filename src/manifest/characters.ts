/**
 * What no manifest may hold, as text or as value: control characters, line breaks that only YAML 1.1 knows,
 * characters that are invisible or change the direction of reading, non-characters, and halves of pairs.
 */
const FORBIDDEN =
  "\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u180e\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufdd0-\\ufdef\\ufeff\\ufff9-\\uffff";
const ASTRAL = "[\\u{e0000}-\\u{e0fff}]|[\\ud800-\\udfff]";

const FORBIDDEN_IN_TEXT = new RegExp(`[${FORBIDDEN}]|\\r(?!\\n)|${ASTRAL}`, "u");
const FORBIDDEN_IN_VALUE = new RegExp(`[${FORBIDDEN}\\r]|${ASTRAL}`, "u");
/** What nearly every text is; told apart much faster than by looking for what is forbidden. */
const ASCII_LINES = /^[\n\t -~]*$/;

const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** UTF-8 text of a file, or undefined when the bytes are no UTF-8. A byte order mark stays in the text. */
export function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return DECODER.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Offset of the first character that a manifest's text must not hold; -1 when all are fine. */
export function findForbiddenInText(text: string): number {
  return ASCII_LINES.test(text) ? -1 : text.search(FORBIDDEN_IN_TEXT);
}

/** Offset of the first character that a value must not hold (line feed and tab are fine); -1 when all are. */
export function findForbiddenInValue(value: string): number {
  return ASCII_LINES.test(value) ? -1 : value.search(FORBIDDEN_IN_VALUE);
}

/** Names a character for people, without printing it. */
export function nameCharacter(text: string, offset: number): string {
  const code = text.codePointAt(offset) ?? 0;
  const name = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
  const known = KNOWN_NAMES.get(code);
  return known === undefined ? name : `${name} (${known})`;
}

const KNOWN_NAMES: ReadonlyMap<number, string> = new Map([
  [0x00, "NUL"],
  [0x0d, "carriage return"],
  [0x1b, "escape"],
  [0x7f, "delete"],
  [0x85, "next line"],
  [0xad, "soft hyphen"],
  [0x200b, "zero-width space"],
  [0x200c, "zero-width non-joiner"],
  [0x200d, "zero-width joiner"],
  [0x200e, "left-to-right mark"],
  [0x200f, "right-to-left mark"],
  [0x2028, "line separator"],
  [0x2029, "paragraph separator"],
  [0x202a, "left-to-right embedding"],
  [0x202b, "right-to-left embedding"],
  [0x202d, "left-to-right override"],
  [0x202e, "right-to-left override"],
  [0xfeff, "byte order mark"],
]);
