/**
 * The one sink for text that comes from a repository, a remote or a store: what comes out is one inert line.
 * Whatever would move the cursor, colour, hide, reorder or break a line is shown as a visible escape, and what a
 * GitHub runner would take for a command (`::` at the start of a line, `##[` anywhere) loses its meaning.
 */

/**
 * Control and format characters (which hold ANSI's introducers, bidirectional controls and zero-width characters),
 * lone surrogates, line and paragraph separators, and all else that is drawn as nothing: fillers, tags, selectors.
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/gu;

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Makes a text inert for one line of a terminal or a log. */
export function escapeText(text: string): string {
  return escapeCommands(
    text.replace(INVISIBLE, (character) => SHORT[character] ?? escapeCharacter(character)),
  );
}

/** Takes from a line of otherwise inert text what a runner reads as a command. */
export function escapeCommands(line: string): string {
  return line.replaceAll("##[", "#\\u0023[").replace(/^(\s*):(?=:)/, "$1\\u003a");
}

/** Makes JSON text inert: the same value, with the same characters escaped. */
export function escapeJson(json: string): string {
  const visible = json.replace(INVISIBLE, (character) =>
    character === "\n" ? character : [...utf16(character)].map(escapeUnit).join(""),
  );
  return visible.replaceAll("##[", "#\\u0023[");
}

function escapeCharacter(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  return point > 0xff_ff ? `\\u{${point.toString(16)}}` : escapeUnit(point);
}

function escapeUnit(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, "0")}`;
}

function* utf16(text: string): Iterable<number> {
  for (let index = 0; index < text.length; index += 1) yield text.charCodeAt(index);
}
