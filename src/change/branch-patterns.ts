/**
 * Patterns for branches, as `branches:` of a workflow's trigger has them: `*` for anything within a name, `**` also
 * across `/`, `?` and `+` for the character before them, none or once and once or more, `[a-z]` for one of several, `\`
 * for a character as it is, and `!` in front to take away what earlier patterns let in.
 */
interface Piece {
  readonly fits: (character: string) => boolean;
  /** It may be left out. */
  readonly optional: boolean;
  /** It may stand there again and again. */
  readonly repeats: boolean;
}

/** A branch's name as a pattern that stands for it alone. */
export function escapeBranch(name: string): string {
  return name.replaceAll(/[*?+[\\]|^!/g, "\\$&");
}

/** Whether a list of patterns lets a branch in; the last one that fits decides. */
export function matchesBranch(patterns: readonly string[], branch: string): boolean {
  const last = patterns.findLast((pattern) => fits(parsePattern(pattern.replace(/^!/, "")), branch));
  return last !== undefined && !last.startsWith("!");
}

function parsePattern(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < text.length;) {
    const last = pieces.at(-1);
    const [source = ""] = /^(?:\*+|\[[^\]]*\]|\\?.)/su.exec(text.slice(at)) ?? [];
    at += source.length;
    if (source === "?" && last !== undefined) pieces.splice(-1, 1, { ...last, optional: true });
    else if (source === "+" && last !== undefined) pieces.splice(-1, 1, { ...last, repeats: true });
    else pieces.push(pieceOf(source));
  }
  return pieces;
}

function pieceOf(source: string): Piece {
  if (source === "*") return { fits: (character) => character !== "/", optional: true, repeats: true };
  if (source.startsWith("**")) return { fits: () => true, optional: true, repeats: true };
  const once = { optional: false, repeats: false };
  if (source.length > 1 && source.startsWith("[")) return { fits: oneOf(source.slice(1, -1)), ...once };
  const literal = source.length > 1 && source.startsWith("\\") ? source.slice(1) : source;
  return { fits: (character) => character === literal, ...once };
}

/** Characters and ranges, as between brackets. */
function oneOf(text: string): Piece["fits"] {
  const parts = text.match(/.-.|./gs) ?? [];
  return (character) =>
    parts.some((part) => character >= part.charAt(0) && character <= part.charAt(part.length - 1));
}

/** Keeps all places in the pattern where it may be, so that no pattern takes long. */
function fits(pieces: readonly Piece[], text: string): boolean {
  let places = withSkipped(pieces, new Set([0]));
  for (const character of text) {
    const next = new Set<number>();
    for (const place of places) {
      const piece = pieces[place];
      if (piece?.fits(character) !== true) continue;
      next.add(place + 1);
      if (piece.repeats) next.add(place);
    }
    places = withSkipped(pieces, next);
    if (places.size === 0) return false;
  }
  return places.has(pieces.length);
}

/** Also those places that are reached by leaving pieces out; a set is walked while it grows. */
function withSkipped(pieces: readonly Piece[], places: Set<number>): ReadonlySet<number> {
  for (const place of places) if (pieces[place]?.optional === true) places.add(place + 1);
  return places;
}
