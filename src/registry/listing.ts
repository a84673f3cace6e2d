/** A file of a version, as its digest counts it. */
export interface ListedFile {
  /** Relative path, with `/`. */
  readonly path: string;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
}

/**
 * The text whose SHA-256 is the digest of a version: what `sha256sum` prints for its files, sorted by the bytes of
 * their paths. Paths hold no line break and no backslash, so that nothing is escaped.
 */
export function renderListing(files: readonly ListedFile[]): string {
  return files
    .toSorted((a, b) => compareUtf8(a.path, b.path))
    .map((file) => `${file.digest.slice("sha256:".length)}  ${file.path}\n`)
    .join("");
}

/** Order of two texts by the bytes of their UTF-8 form, which is the order of their code points. */
export function compareUtf8(a: string, b: string): number {
  const left = Array.from(a, codePoint);
  const right = Array.from(b, codePoint);
  const shared = Math.min(left.length, right.length);
  for (let i = 0; i < shared; i += 1) {
    const difference = (left[i] as number) - (right[i] as number);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function codePoint(character: string): number {
  return character.codePointAt(0) as number;
}
