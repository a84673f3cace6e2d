/** Control, format and other characters that are drawn as nothing, as `report` escapes them, too. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/gu;

const ELLIPSIS = "…";

/**
 * Text of a repository for an entry or a commit's message: one line, what is not seen written as an escape, and cut
 * after so many characters. An entry is read with plain `git log`, where nothing else stands between it and a terminal.
 */
export function plainText(text: string, most: number): string {
  // Cut first, so that a huge text costs no more than a long one.
  const characters = Array.from(text.slice(0, 2 * most + 2));
  const kept = characters.length > most ? `${characters.slice(0, most - 1).join("")}${ELLIPSIS}` : text;
  return kept.replace(INVISIBLE, escapeCharacter);
}

function escapeCharacter(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  return point > 0xff_ff ? `\\u{${point.toString(16)}}` : `\\u${point.toString(16).padStart(4, "0")}`;
}
