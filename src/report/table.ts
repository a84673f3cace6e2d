import { shownText, styled, widthOf, type Line, type Span } from "./page.ts";

export interface Column {
  readonly title: string;
  readonly align?: "right";
  /** May be shortened to this many columns when the terminal is narrow; left out: never. */
  readonly shrinksTo?: number;
}

const GAP = 2;

/** Aligned columns below their titles. Columns without any text are left out. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly Line[],
  width: number | undefined,
): readonly Line[] {
  const used = columns.flatMap((column, index) =>
    rows.some((row) => shownText(row[index] ?? "") !== "") ? [{ column, index }] : [],
  );
  const natural = used.map(({ column, index }) =>
    Math.max(widthOf(column.title), ...rows.map((row) => widthOf(shownText(row[index] ?? "")))),
  );
  const widths = fit(
    natural,
    used.map(({ column }) => column),
    width,
  );
  const layOut = (cells: Line): Line =>
    used.flatMap(({ column, index }, position) =>
      cellOf(cells[index] ?? "", {
        width: widths[position] ?? 0,
        right: column.align === "right",
        last: position === used.length - 1,
      }),
    );
  const head = layOut(columns.map(({ title }) => styled("dim", title)));
  return [head, ...rows.map(layOut)];
}

/** Takes what is too much from the columns that may shrink, the widest first. */
function fit(
  natural: readonly number[],
  columns: readonly Column[],
  width: number | undefined,
): readonly number[] {
  const widths = [...natural];
  if (width === undefined) return widths;
  let excess = widths.reduce((sum, value) => sum + value + GAP, -GAP) - width;
  while (excess > 0) {
    const candidates = widths.flatMap((value, index) => {
      const least = Math.max(columns[index]?.shrinksTo ?? value, widthOf(columns[index]?.title ?? ""));
      return value > least ? [{ index, value }] : [];
    });
    const [widest] = candidates.toSorted((a, b) => b.value - a.value);
    if (widest === undefined) break;
    widths[widest.index] = widest.value - 1;
    excess -= 1;
  }
  return widths;
}

interface Place {
  readonly width: number;
  readonly right: boolean;
  readonly last: boolean;
}

function cellOf(span: Span, { width, right, last }: Place): Line {
  const text = shorten(shownText(span), width);
  const padding = " ".repeat(width - widthOf(text));
  const cell = typeof span === "string" ? text : styled(span.style, text);
  const gap = last ? "" : " ".repeat(GAP);
  return right ? [padding, cell, gap] : [cell, last ? "" : padding, gap];
}

/** Cuts a shown text to a width, with an ellipsis for what is gone. */
function shorten(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = "";
  for (const character of text) {
    if (widthOf(kept + character) >= width) break;
    kept += character;
  }
  return `${kept}…`;
}

/** `name  value` lines with the values below each other. */
export function renderPairs(
  pairs: readonly (readonly [name: string, ...value: Span[]])[],
  indent = "  ",
): readonly Line[] {
  const width = Math.max(0, ...pairs.map(([name]) => widthOf(name)));
  return pairs.map(([name, ...value]) => [
    indent,
    styled("dim", name),
    " ".repeat(width - widthOf(name) + GAP),
    ...value,
  ]);
}
