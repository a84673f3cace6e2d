/** The lines of the new file that a patch shows, its context included: those that a comment may stand on. */
export function shownLines(patch: string): ReadonlySet<number> {
  const shown = new Set<number>();
  let line = 0;
  for (const text of patch.split("\n")) {
    const start = /^@@ -\d+(?:,\d+)? \+(\d+)/.exec(text)?.[1];
    if (start !== undefined) line = Number(start);
    else if (text.startsWith("+") || text.startsWith(" ")) {
      shown.add(line);
      line += 1;
    }
  }
  return shown;
}
