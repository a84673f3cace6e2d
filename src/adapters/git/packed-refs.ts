import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";

/** Values of packed refs by name, in the file's order. */
export type PackedRefs = ReadonlyMap<string, string>;

/** Reads `packed-refs`, again only when the file was replaced. */
export class PackedRefsFile {
  readonly path: string;
  #stamp = "";
  #refs: PackedRefs = new Map();

  constructor(commonDir: string) {
    this.path = join(commonDir, "packed-refs");
  }

  async read(): Promise<PackedRefs> {
    const found = await stat(this.path, { bigint: true }).catch(() => undefined);
    const stamp = found === undefined ? "" : `${found.ino}:${found.size}:${found.mtimeNs}:${found.ctimeNs}`;
    if (stamp !== this.#stamp) {
      this.#refs = parsePackedRefs(
        found === undefined ? "" : await readFile(this.path, "utf8").catch(() => ""),
      );
      this.#stamp = stamp;
    }
    return this.#refs;
  }
}

export function parsePackedRefs(text: string): PackedRefs {
  const refs = new Map<string, string>();
  for (const line of text.split("\n")) {
    const row = /^([0-9a-f]{40}) (\S.*)$/.exec(line);
    if (row !== null) refs.set(row[2] ?? "", row[1] ?? "");
  }
  return refs;
}

/** The file without one ref, and without the line that says what it peels to. */
export function withoutPackedRef(text: string, name: string): string {
  const kept: string[] = [];
  let dropping = false;
  for (const line of text.split("\n")) {
    dropping = line.startsWith("^")
      ? dropping
      : line.endsWith(` ${name}`) && line.length === name.length + 41;
    if (!dropping) kept.push(line);
  }
  return kept.join("\n");
}
