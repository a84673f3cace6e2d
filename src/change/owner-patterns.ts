/** A line of CODEOWNERS that gives paths to somebody, or with no owners takes them from everybody. */
export interface OwnerLine {
  /** Counted from 1. */
  readonly number: number;
  readonly text: string;
  readonly pattern: string;
  /** The pattern as names of folders, `**` for any number of them, from the repository's root. */
  readonly segments: readonly string[];
  /** As they are written, with their `@`. */
  readonly owners: readonly string[];
}

/** Comments, empty lines and those whose pattern GitHub does not take are left out: it skips them. */
export function parseOwnerLines(text: string): readonly OwnerLine[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    const [words = ""] = line.split(/(?:^|\s)#/, 1);
    const [pattern, ...owners] = words.match(/(?:\\.|[^\s\\])+/g) ?? [];
    if (pattern === undefined || /^!|[[\]]/.test(pattern)) return [];
    return [{ number: index + 1, text: line.trim(), pattern, segments: segmentsOf(pattern), owners }];
  });
}

/** Whether `later` lets somebody else decide, or nobody, on a path that `line` gives to its owners. */
export function takesFrom(line: OwnerLine, later: OwnerLine): boolean {
  if (!meets(line.segments, later.segments)) return false;
  const before = new Set(line.owners.map((owner) => owner.toLowerCase()));
  return later.owners.length === 0 || !later.owners.every((owner) => before.has(owner.toLowerCase()));
}

const ANY_DEPTH = "**";

function segmentsOf(pattern: string): readonly string[] {
  const plain = pattern.replaceAll(/\\(.)/g, "$1");
  const isFolder = plain.endsWith("/");
  const parts = plain.split("/").filter((part) => part !== "");
  const isAnchored = plain.replace(/\/$/, "").includes("/");
  const root = isAnchored ? [] : [ANY_DEPTH];
  // `docs/*` stays in that folder; any other name stands for a file, or for all that lies below a folder.
  const isFlat = isAnchored && !isFolder && parts.at(-1) === "*";
  const below = isFolder ? ["*", ANY_DEPTH] : isFlat ? [] : [ANY_DEPTH];
  return [...root, ...parts, ...below];
}

/** Whether there may be a path that both match; of one without `*` and `?`, whether the other matches it. */
export function meets(one: readonly string[], other: readonly string[]): boolean {
  // Most part ways at a name that both give in full.
  const fork = one.findIndex((name, index) => name !== other[index] || /[*?]/.test(name));
  const [mine = "*", theirs = "*"] = [one[fork], other[fork]];
  if (!/[*?]/.test(mine + theirs)) return false;
  // What is true at [i][j]: the rest of one, from i, and of the other, from j, can be the same path.
  let below: readonly boolean[] = [];
  for (let i = one.length; i >= 0; i -= 1) {
    const row: boolean[] = [];
    for (let j = other.length; j >= 0; j -= 1)
      row[j] = meetsAt({ one: one[i], other: other[j] }, row, below, j);
    below = row;
  }
  return below[0] === true;
}

/** From what holds one segment further on: `row` for the other pattern, `below` for the one. */
function meetsAt(
  { one, other }: { readonly one: string | undefined; readonly other: string | undefined },
  row: readonly boolean[],
  below: readonly boolean[],
  j: number,
): boolean {
  if (one === undefined && other === undefined) return true;
  if (one === ANY_DEPTH || other === ANY_DEPTH) return row[j + 1] === true || below[j] === true;
  return one !== undefined && other !== undefined && below[j + 1] === true && namesMeet(one, other);
}

/** Whether one of the two, where it has no `*` or `?`, is a name that the other stands for; of two that have, we say yes. */
function namesMeet(one: string, other: string): boolean {
  const isOpen = /[*?]/.test(one);
  if (isOpen && /[*?]/.test(other)) return true;
  return isOpen ? fits(other, one) : fits(one, other);
}

/** Goes back to the last `*` alone, so that no pattern takes long. */
function fits(name: string, glob: string): boolean {
  let [at, in_, star, mark] = [0, 0, -1, 0];
  while (at < name.length) {
    const wanted = glob[in_];
    if (wanted === "*") {
      [star, mark] = [in_, at];
      in_ += 1;
    } else if (wanted === "?" || wanted === name[at]) {
      at += 1;
      in_ += 1;
    } else if (star >= 0) {
      mark += 1;
      [at, in_] = [mark, star + 1];
    } else return false;
  }
  return /^\**$/.test(glob.slice(in_));
}
