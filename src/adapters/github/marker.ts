/** What a pull request's body remembers for machines, in a comment that nobody sees. */
export type Marker = Readonly<Record<string, string>>;

const OPEN = "<!-- modeltrail:";
const CLOSE = " -->";

/** As one line that no value can end: neither `--` nor `<` nor `>` stands in it. */
export function renderMarker(marker: Marker): string {
  const json = JSON.stringify(marker)
    .replaceAll("--", String.raw`\u002d\u002d`)
    .replace(/[<>\u2028\u2029]/g, (one) => String.raw`\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return `${OPEN}${json}${CLOSE}`;
}

/** The last marker in a text, and where it stands; undefined when there is none that can be read. */
export function parseMarkerAt(
  text: string,
): { readonly marker: Marker; readonly from: number; readonly to: number } | undefined {
  const from = text.lastIndexOf(`${OPEN}{`);
  const end = from < 0 ? -1 : text.indexOf(CLOSE, from);
  if (end < 0) return undefined;
  const marker = parseObject(text.slice(from + OPEN.length, end));
  return marker === undefined ? undefined : { marker, from, to: end + CLOSE.length };
}

function parseObject(json: string): Marker | undefined {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}

/** What we go by: where a proposal stands, and whose draft it is if it is one. */
interface Standing {
  readonly head: string;
  readonly base: string;
  readonly draft: string | undefined;
}

/** A proposal's marker: its own data, and what we go by. */
export function proposalMarker(data: Marker, { head, base, draft }: Standing): Marker {
  const { draft: _whose, ...own } = withoutEnd(data);
  return { ...own, head, base, ...(draft === undefined ? {} : { draft }) };
}

/** The same without what says that we closed it. */
export function withoutEnd(marker: Marker): Marker {
  const { superseded: _by, merged: _where, seen: _when, ended: _which, ...own } = marker;
  return own;
}

/** A pull request that is closed: its number, and the commit at which it ends. */
interface Ended {
  readonly number: number;
  readonly head: string;
}

/** Says that we closed it, and which one that was: a text is copied to others. */
export function endedMarker(marker: Marker, end: Marker, { number, head }: Ended): Marker {
  return { ...withoutEnd(marker), head, ...end, ended: String(number) };
}

/** True for the marker of a proposal that we closed, so that its end is no rejection. */
export function isEndedByUs(marker: Marker | undefined): marker is Marker {
  return marker?.["superseded"] !== undefined || marker?.["merged"] !== undefined;
}

/** Whether a marker speaks of this very pull request, and was not copied from another. */
export function isEndOf(marker: Marker, number: number): boolean {
  return marker["ended"] === String(number);
}
