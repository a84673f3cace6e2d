import { appendFile, mkdir, readFile, rm, rmdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Signature } from "../../ports/repository.ts";
import { renderSignature } from "./commit-format.ts";
import { lastValue } from "./config-file.ts";
import type { Layout } from "./locate.ts";

export interface ReflogEntry {
  readonly before: string | null;
  readonly after: string;
  readonly who: Signature;
  readonly reason: string;
}

const ZERO = "0".repeat(40);

/** Appends a line where Git would keep one: for the ref, and for HEAD when it stands on that branch. */
export async function appendReflog(layout: Layout, name: string, entry: ReflogEntry): Promise<void> {
  const reason = entry.reason.replace(/\s+/g, " ").trim();
  const line = `${entry.before ?? ZERO} ${entry.after} ${renderSignature(entry.who)}\t${reason}\n`;
  await appendTo(join(layout.commonDir, "logs", name), line, isLogged(layout, name));
  const head = await readFile(join(layout.gitDir, "HEAD"), "utf8").catch(() => "");
  if (head.trim() === `ref: ${name}`)
    await appendTo(join(layout.gitDir, "logs", "HEAD"), line, isLogged(layout, "HEAD"));
}

export async function deleteReflog(layout: Layout, name: string): Promise<void> {
  const top = join(layout.commonDir, "logs", "refs");
  const path = join(layout.commonDir, "logs", name);
  await rm(path, { force: true }).catch(() => undefined);
  for (
    let folder = dirname(path);
    dirname(folder) !== top && folder.startsWith(top);
    folder = dirname(folder)
  ) {
    if (
      !(await rmdir(folder).then(
        () => true,
        () => false,
      ))
    )
      return;
  }
}

/** A log is a convenience: failing to write one never fails the update that it speaks of. */
async function appendTo(path: string, line: string, create: boolean): Promise<void> {
  const exists = await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
  if (!exists && !create) return;
  await mkdir(dirname(path), { recursive: true }).catch(() => undefined);
  await appendFile(path, line).catch(() => undefined);
}

function isLogged(layout: Layout, name: string): boolean {
  const setting = lastValue(layout.config, "core.logallrefupdates")?.toLowerCase();
  if (setting === "always") return true;
  if (setting === "false" || setting === "no" || setting === "0" || setting === "off") return false;
  if (setting === undefined && layout.root === undefined) return false;
  return name === "HEAD" || /^refs\/(heads|remotes|notes)\//.test(name);
}
