/** Lines of a text that have to be replaced. */
export interface LineChange {
  /** 1-based, inclusive. */
  readonly from: number;
  readonly to: number;
  /** What takes their place, without the last line break; empty takes them away. */
  readonly text: string;
}

/**
 * The lines in which two texts differ, each run of them by itself. Where the number of lines differs, everything
 * between the first and the last difference is one run.
 */
export function changedLines(current: string, wanted: string): readonly LineChange[] {
  const [before, after] = [current.split("\n"), wanted.split("\n")];
  if (before.length !== after.length) return wholeChange(before, after);
  const runs: { from: number; lines: string[] }[] = [];
  for (const [index, line] of after.entries()) {
    if (line === before[index]) continue;
    const run = runs.at(-1);
    if (run !== undefined && run.from + run.lines.length === index + 1) run.lines.push(line);
    else runs.push({ from: index + 1, lines: [line] });
  }
  return runs.map(({ from, lines }) => ({ from, to: from + lines.length - 1, text: lines.join("\n") }));
}

function wholeChange(before: readonly string[], after: readonly string[]): readonly LineChange[] {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  // A suggestion stands on lines that are there: one that only adds takes a neighbour along.
  if (before.length - end <= start) start -= start > 0 ? 1 : 0;
  const to = Math.max(start + 1, before.length - end);
  return [{ from: start + 1, to, text: after.slice(start, after.length - (before.length - to)).join("\n") }];
}
