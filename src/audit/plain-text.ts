/** Control, format and other characters that are drawn as nothing, as `report` escapes them, too. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/gu;

const ELLIPSIS = "…";

/**
 * Text of a repository for an entry or a commit's message: one line, what is not seen written as an escape, and cut
 * where it comes to more than so many characters as it is written, never within an escape. An entry is read with plain
 * `git log`, where nothing else stands between it and a terminal.
 */
export function plainText(text: string, most: number): string {
  // No more is looked at than could be kept, so that a huge text costs no more than a long one.
  const pieces = Array.from(text.slice(0, 2 * most + 2), (character) =>
    character.replace(INVISIBLE, escapeCharacter),
  );
  let length = 0;
  let kept = 0;
  for (const [index, piece] of pieces.entries()) {
    length += Array.from(piece).length;
    if (length > most) return `${pieces.slice(0, kept).join("")}${ELLIPSIS}`;
    if (length < most) kept = index + 1;
  }
  return pieces.join("");
}

function escapeCharacter(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  return point > 0xff_ff ? `\\u{${point.toString(16)}}` : `\\u${point.toString(16).padStart(4, "0")}`;
}
