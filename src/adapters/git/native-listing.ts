import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { TreeFolder } from "../../ports/tree-listing.ts";
import { gitFailure, keepTail, type NativeGit } from "./native-process.ts";

/** Some folders of a listing, and the ids of the trees that git read for them. */
export interface ListedPart {
  readonly folders: readonly TreeFolder[];
  readonly trees: readonly string[];
}

/** Lists everything below a tree by one `git ls-tree`, a part for each piece of its output. */
export async function* listTree(git: NativeGit, tree: string, path: string): AsyncGenerator<ListedPart> {
  const child = git.spawn(["ls-tree", "-r", "-t", "-z", "--full-tree", tree]);
  const stderr = keepTail(child);
  const ended = new Promise<number>((resolve, reject) => {
    child.on("error", (cause) => reject(new ModeltrailError("GIT", "cannot run git", { cause })));
    child.on("close", (code) => resolve(code ?? -1));
  });
  // It is awaited at the end; a failure before that must not count as unhandled.
  ended.catch(() => undefined);
  child.stdin.on("error", () => undefined).end();
  let rest = "";
  try {
    for await (const chunk of child.stdout) {
      const text = rest + (chunk as Buffer).toString("latin1");
      const end = text.lastIndexOf("\0") + 1;
      rest = text.slice(end);
      yield readRecords(text, end, path);
    }
    const code = await ended;
    if (code !== 0 || rest !== "") throw gitFailure("ls-tree", { code, stderr: stderr() });
  } finally {
    child.kill();
  }
}

/** `100644 blob`, a blank and the id, in characters. */
const MODE_LENGTH = 6;
const TYPE_AT = 7;
const ID_LENGTH = 40;
const PLAIN_FILE = "100644";

/** Reads the records up to `end`: mode, type, id and path of each. The files of a folder mostly follow each other. */
function readRecords(text: string, end: number, top: string): ListedPart {
  const folders: { path: string; files: { name: string; mode: string; oid: string }[] }[] = [];
  const trees: string[] = [];
  let folder = "\0";
  let files: { name: string; mode: string; oid: string }[] = [];
  for (let at = 0; at < end;) {
    const zero = text.indexOf("\0", at);
    const tab = text.indexOf("\t", at);
    const oid = text.slice(tab - ID_LENGTH, tab);
    if (text.startsWith("tree", at + TYPE_AT)) trees.push(oid);
    else {
      const slash = text.lastIndexOf("/", zero);
      const nameAt = slash > tab ? slash + 1 : tab + 1;
      const within = text.slice(tab + 1, nameAt);
      if (within !== folder) {
        folder = within;
        files = [];
        folders.push({ path: `${top}${within === "" ? "" : `/${toUtf8(within.slice(0, -1))}`}`, files });
      }
      const mode = text.startsWith(PLAIN_FILE, at) ? PLAIN_FILE : text.slice(at, at + MODE_LENGTH);
      files.push({ name: toUtf8(text.slice(nameAt, zero)), mode, oid });
    }
    at = zero + 1;
  }
  return { folders, trees };
}

/** The bytes behind a text that was read as Latin-1, as UTF-8. */
function toUtf8(text: string): string {
  for (let at = 0; at < text.length; at += 1) {
    if (text.charCodeAt(at) > 0x7f) return Buffer.from(text, "latin1").toString("utf8");
  }
  return text;
}
