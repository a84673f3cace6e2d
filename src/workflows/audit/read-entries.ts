import {
  entryPath,
  expectedShape,
  MAX_ENTRY_BYTES,
  parseAuditPath,
  type AuditEntry,
} from "../../audit/entry.ts";
import { parseEntry } from "../../audit/parse-entry.ts";
import { ModeltrailError } from "../../diagnostics/errors.ts";
import { RULES_VERSION } from "../../policy/rules-version.ts";
import type { Context } from "../context.ts";
import { sha256Hex } from "../digest.ts";
import { entryAt, isFolder } from "../read/trees.ts";
import { damaged } from "./damaged.ts";
import { decodeExact } from "./exact-text.ts";

/** The entry that the next one goes behind. */
export interface LastEntry {
  readonly entry: AuditEntry;
  /** SHA-256 of its bytes. */
  readonly digest: string;
}

/**
 * The last entry of an audit branch; undefined where nothing is recorded yet. Looks at the last folder alone, and
 * rejects with AUDIT_DAMAGED when what stands there is not what a recorder writes: nothing is put on top of that.
 */
export async function readLastEntry(
  context: Context,
  branch: string,
  tip: string | undefined,
): Promise<LastEntry | undefined> {
  if (tip === undefined) return undefined;
  const { tree } = await context.repository.objects.readCommit(tip);
  const seq = await findLastNumber(context, branch, tree);
  const last = await readEntryAt(context, branch, { tree, seq });
  if (seq === 1) return last;
  const before = await readEntryAt(context, branch, { tree, seq: seq - 1 });
  if (before.digest === last.entry.prev) return last;
  throw damaged(branch, `${entryPath(seq)} does not follow ${entryPath(seq - 1)}`);
}

async function findLastNumber({ repository }: Context, branch: string, tree: string): Promise<number> {
  const top = await entryAt(repository, tree, "entries");
  if (top === undefined || !isFolder(top)) throw damaged(branch, "it holds no folder entries/");
  const [folders = []] = await repository.objects.readTrees([top.oid]);
  const folder = folders.at(-1);
  if (folder === undefined || !isFolder(folder)) throw damaged(branch, "entries/ holds no folder");
  const [files = []] = await repository.objects.readTrees([folder.oid]);
  const path = `entries/${folder.name}/${files.at(-1)?.name ?? ""}`;
  const seq = parseAuditPath(path)?.seq;
  if (seq === undefined) throw damaged(branch, `the last file, ${JSON.stringify(path)}, is no entry`);
  const shape = expectedShape(seq);
  if (folders.length === shape.folders && files.length === shape.inLast) return seq;
  throw damaged(branch, `entries are missing before ${path}, or something else lies among them`);
}

/** One entry as it stands in a tree. Rejects with AUDIT_DAMAGED where it is none. */
export async function readEntryAt(
  { repository }: Context,
  branch: string,
  { tree, seq }: { readonly tree: string; readonly seq: number },
): Promise<LastEntry> {
  const path = entryPath(seq);
  const found = await entryAt(repository, tree, path);
  if (found?.mode !== "100644") throw damaged(branch, `there is no file ${path}`);
  const [bytes = "too-large"] = await repository.objects.readBlobs([found.oid], MAX_ENTRY_BYTES);
  if (bytes === "too-large") throw damaged(branch, `${path} is too long`);
  const text = decodeExact(bytes);
  if (text === undefined) throw damaged(branch, `${path} is no UTF-8`);
  const reading = parseEntry(text);
  if (!reading.ok) throw damaged(branch, `${path}: ${reading.problem}`);
  const { entry } = reading;
  if (entry.seq !== seq) throw damaged(branch, `${path} says that it is entry ${entry.seq}`);
  if (entry.rules > RULES_VERSION) throw tooNew(path, entry.rules);
  return { entry, digest: sha256Hex(bytes) };
}

/** Older rules behind newer ones would be a fault of the history, so nothing is recorded. */
function tooNew(path: string, rules: number): ModeltrailError {
  return new ModeltrailError(
    "AUDIT_DAMAGED",
    `${path} was judged by rules ${rules}, and this version of Modeltrail knows those up to ${RULES_VERSION}`,
    {
      hint: "Nothing was recorded. Record with the version of Modeltrail that wrote it; where no such version records here, somebody wrote it by hand.",
    },
  );
}
