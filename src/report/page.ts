import { escapeCommands, escapeText } from "./escape.ts";

/** What a piece of a line means; how that looks is decided where it is painted. */
export type Style = "strong" | "dim" | "good" | "bad" | "warn";

export interface Styled {
  readonly text: string;
  readonly style: Style;
}

/** A piece of a line. Renderers never escape and never colour: both happen in `renderPage`, to every piece. */
export type Span = string | Styled;

/** One line, without its end. */
export type Line = readonly Span[];

/** How much room there is, and what is wanted beside the answer. */
export interface Look {
  /** Columns of the terminal; undefined when lines may be as long as they like. */
  readonly width: number | undefined;
  /** For ages. */
  readonly now: Date;
  /** Whether to say more than the answer. */
  readonly hints: boolean;
  /** Takes a command to type next, which is shown after the answer and apart from it. */
  readonly suggest: (command: string) => void;
}

const CODES: Readonly<Record<Style, readonly [on: number, off: number]>> = {
  strong: [1, 22],
  dim: [2, 22],
  good: [32, 39],
  bad: [31, 39],
  warn: [33, 39],
};

export function styled(style: Style, text: string): Styled {
  return { text, style };
}

/** Joins lines to the text that is written, each piece made inert; ends with a newline. */
export function renderPage(lines: readonly Line[], { color }: { readonly color: boolean }): string {
  return lines.map((line) => `${renderLine(line, color)}\n`).join("");
}

function renderLine(line: Line, color: boolean): string {
  const pieces = line.map((span) => (typeof span === "string" ? { text: span, style: undefined } : span));
  const texts = pieces.map(({ text }) => escapeText(text));
  const plain = texts.join("").trimEnd();
  // Two harmless pieces can make a command together; then the line is shown without colours.
  if (!color || escapeCommands(plain) !== plain) return escapeCommands(plain);
  return texts
    .map((text, index) => paint(text, pieces[index]?.style))
    .join("")
    .trimEnd();
}

function paint(text: string, style: Style | undefined): string {
  if (style === undefined || text === "") return text;
  const [on, off] = CODES[style];
  return `\u001b[${on}m${text}\u001b[${off}m`;
}

/** The text of a piece as it will be shown, to measure it. */
export function shownText(span: Span): string {
  return escapeText(typeof span === "string" ? span : span.text);
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** Columns that a shown text takes in a terminal. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += /\p{Mn}/u.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return width;
}
