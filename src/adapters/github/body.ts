import { type Marker, parseMarkerAt, renderMarker } from "./marker.ts";

const BEGIN = "<!-- modeltrail -->";
const END = "<!-- /modeltrail -->";

/**
 * GitHub takes 65,536 characters. Some room is left, so that a marker can grow when the proposal is closed; our own
 * part is counted in bytes, of which a text never has fewer than characters.
 */
const MOST_CHARACTERS = 64_000;
const MOST_TITLE = 256;

/** A body around our own block: what a person wrote before and after it. */
interface Around {
  readonly before: string;
  readonly block: string;
  readonly after: string;
}

/**
 * A body with our block in it, new or in place of the old one; what a person wrote around it stays. Parts that do
 * not fit are left out, the last ones first. Undefined when a person's text leaves no room at all.
 */
export function renderBody(old: string, description: readonly string[], marker: Marker): string | undefined {
  const { before, after } = splitBody(old);
  const room = MOST_CHARACTERS - before.length - after.length;
  const block = renderBlock(description.map(disarm), renderMarker(marker), room);
  return block === undefined ? undefined : `${before}${block}${after}`;
}

/** The same body with another marker; undefined when there is no room for it. */
export function replaceMarker(old: string, marker: Marker): string | undefined {
  const { before, block, after } = splitBody(old);
  const found = parseMarkerAt(block);
  if (found === undefined) return renderBody(old, [], marker);
  const body = `${before}${block.slice(0, found.from)}${renderMarker(marker)}${block.slice(found.to)}${after}`;
  return body.length > MOST_CHARACTERS + 1_500 ? undefined : body;
}

/** What our block remembers; undefined where there is none. */
export function readMarker(body: string | null | undefined): Marker | undefined {
  return parseMarkerAt(splitBody(body ?? "").block)?.marker;
}

function splitBody(body: string): Around {
  const from = body.indexOf(BEGIN);
  const to = from < 0 ? -1 : body.indexOf(END, from);
  if (from >= 0 && to >= 0) {
    const end = to + END.length;
    return { before: body.slice(0, from), block: body.slice(from, end), after: body.slice(end) };
  }
  // A block that lost its end is a person's by now: ours is set below it.
  const before = disarm(body.trimEnd());
  return { before: before === "" ? "" : `${before}\n\n`, block: "", after: "" };
}

/** Text from elsewhere must neither end our block nor pass for a marker. */
function disarm(text: string): string {
  return text.replace(/<!--(?=\s*\/?\s*modeltrail)/gi, "&lt;!--");
}

/** As many parts as fit, the first that does not cut at the end of a line. */
function renderBlock(parts: readonly string[], marker: string, room: number): string | undefined {
  const fits = (kept: readonly string[], left: readonly string[]): boolean =>
    bytesOf(join(kept, left, marker)) <= room;
  let count = parts.length;
  while (count >= 0 && !fits(parts.slice(0, count), parts.slice(count))) count -= 1;
  if (count < 0) return undefined;
  const [whole, left] = [parts.slice(0, count), parts.slice(count)];
  const lines = left[0]?.split("\n") ?? [];
  let [from, to] = [0, lines.length];
  while (from < to) {
    const middle = Math.ceil((from + to) / 2);
    if (fits([...whole, closeOpen(lines.slice(0, middle))], left)) from = middle;
    else to = middle - 1;
  }
  const cut = count === 0 || from >= FEWEST_LINES ? [closeOpen(lines.slice(0, from))] : [];
  return join(from === 0 ? whole : [...whole, ...cut], left, marker);
}

/** A heading with nothing below it, or a table without rows, says nothing. */
const FEWEST_LINES = 5;

function join(kept: readonly string[], left: readonly string[], marker: string): string {
  const names = left.length === 0 ? "" : namesOf(left);
  const note = `_Left out, in part or in whole, because GitHub takes no longer text: ${names}._`;
  return [BEGIN, ...kept, ...(names === "" ? [] : [note]), marker, END].join("\n\n");
}

/** Ends the code block and the folded sections that a cut left open. */
function closeOpen(lines: readonly string[]): string {
  let fence = "";
  for (const line of lines) {
    const found = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1] ?? "";
    if (fence === "") fence = found;
    else if (found.startsWith(fence) && line.trim() === found) fence = "";
  }
  const text = lines.join("\n");
  const folded = countOf(text, /<details[\s>]/gi) - countOf(text, /<\/details>/gi);
  return `${text}${fence === "" ? "" : `\n${fence}`}${"\n\n</details>".repeat(Math.max(0, folded))}`;
}

function countOf(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

const HEADING = /^\s*(?:#{1,6}\s+(.{1,60})|\*\*(.{1,60}?):?\*\*|<details>\s*<summary>(.{1,60}?)<\/summary>)/;

/** The headings of what was left out; others are counted. */
function namesOf(parts: readonly string[]): string {
  const names = parts
    .map((part) => HEADING.exec(part))
    .map((found) => (found?.[1] ?? found?.[2] ?? found?.[3])?.trim())
    .filter((name) => name !== undefined)
    .slice(0, 10);
  const others = parts.length - names.length;
  const counted = names.length > 0 ? `${others} more` : `${others} of its parts`;
  return [...names, ...(others === 0 ? [] : [counted])].join("; ");
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** A title as GitHub takes it: one line, of bounded length. */
export function renderTitle(title: string): string {
  return cutText(title.replace(/[\s\p{Cc}]+/gu, " ").trim(), MOST_TITLE);
}

/** A text of at most so many UTF-16 units, never cut within a character. */
export function cutText(text: string, most: number): string {
  if (text.length <= most) return text;
  const cut = text.slice(0, most - 1);
  return `${/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}
