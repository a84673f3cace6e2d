import { readFile, stat } from "node:fs/promises";
import { join, parse } from "node:path";
import { ModeltrailError } from "../../diagnostics/errors.ts";
import { type GitConfig, lastValue } from "./config-file.ts";
import type { Layout } from "./locate.ts";
import type { Environment, NativeGit } from "./native-process.ts";

/** Rejects with UNSUPPORTED_REPOSITORY for a layout that no engine of ours reads rightly. */
export function requireKnownFormat(layout: Layout): void {
  const format = lastValue(layout.config, "extensions.objectformat");
  if (format !== undefined && format.toLowerCase() !== "sha1") {
    throw unsupported(
      layout,
      `its objects are named by ${format}`,
      "use a repository made with --object-format=sha1",
    );
  }
  const refs = lastValue(layout.config, "extensions.refstorage");
  if (refs !== undefined && refs.toLowerCase() !== "files") {
    throw unsupported(layout, `its refs are stored as ${refs}`, "run `git refs migrate --ref-format=files`");
  }
}

/** What only native git reads rightly. */
export async function requireIsomorphicFormat(layout: Layout): Promise<void> {
  const install = "install git; it is used when it is on the PATH";
  if (isPartialClone(layout.config)) throw unsupported(layout, "it is a partial clone", install);
  const alternates = await readFile(join(layout.commonDir, "objects/info/alternates"), "utf8").catch(
    () => "",
  );
  if (alternates.trim() !== "")
    throw unsupported(layout, "it borrows objects from another one (alternates)", install);
}

export function isPartialClone(config: GitConfig): boolean {
  return [...config.keys()].some(
    (key) => key === "extensions.partialclone" || /^remote\..*\.promisor$/.test(key),
  );
}

/** The remote that missing objects are fetched from. */
export function promisorRemote(config: GitConfig): string | undefined {
  const named = lastValue(config, "extensions.partialclone");
  return (
    named ??
    [...config.keys()]
      .map((key) => /^remote\.(.*)\.promisor$/.exec(key)?.[1])
      .find((name) => name !== undefined)
  );
}

/**
 * Native git runs what a repository's configuration names. It guards against repositories of other users only where
 * it finds them itself, and we tell it where they are, so it is asked to find this one. `git` is bound to none.
 */
export async function requireTrustedOwner(layout: Layout, git: NativeGit, env: Environment): Promise<void> {
  const me = process.getuid?.();
  if (me === undefined) return;
  const owner = (await stat(layout.gitDir)).uid;
  if (owner === me || (me === 0 && String(owner) === env["SUDO_UID"])) return;
  const folder = layout.root ?? layout.gitDir;
  const found = await git.run(["-C", folder, "rev-parse", "--git-dir"]);
  // Outside of the repository, whose own word on this counts for nothing. Old versions of git have no guard at all.
  const trusted = await git.run(["-C", parse(folder).root, "config", "--get-all", "safe.directory"]);
  if (found.code === 0 && trusted.code === 0) return;
  throw unsupported(
    layout,
    "it belongs to another user",
    `run \`git config --global --add safe.directory ${folder}\` if you trust it`,
  );
}

function unsupported(layout: Layout, why: string, hint: string): ModeltrailError {
  const folder = layout.root ?? layout.gitDir;
  return new ModeltrailError("UNSUPPORTED_REPOSITORY", `${folder} cannot be used: ${why}`, { hint });
}
