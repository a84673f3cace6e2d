const LATIN1 = /^(iso[-_]?8859-1|latin-?1|l1)$/i;
const WINDOWS_1252 = /^(windows|cp|ms)-?1252$/i;

/** What windows-1252 has at 0x80 to 0x9f; a dot stands for what it leaves free. */
const WINDOWS_1252_HIGH =
  "\u20ac.\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152.\u017d." +
  ".\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153.\u017e\u0178";

/**
 * A name or message of a commit that says it is written in `encoding`. Two encodings are known, by tables of our own,
 * and everything else is read as UTF-8: programs decode differently from one version to the next, and what is recorded
 * of a commit has to be the same everywhere.
 */
export function decodeCommitText(bytes: Buffer, encoding: string | undefined): string {
  if (encoding === undefined) return bytes.toString("utf8");
  if (LATIN1.test(encoding)) return bytes.toString("latin1");
  if (WINDOWS_1252.test(encoding)) return bytes.toString("latin1").replace(/[\u0080-\u009f]/g, toWindows1252);
  return bytes.toString("utf8");
}

function toWindows1252(character: string): string {
  const known = WINDOWS_1252_HIGH[character.charCodeAt(0) - 0x80] ?? ".";
  return known === "." ? character : known;
}
