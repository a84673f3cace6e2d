import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Emulator, MirroredCommit } from "./emulator.ts";

const run = promisify(execFile);

/** Keeps the branches of an emulator where those of a real repository are, and knows each commit by both its names. */
export class GitMirror {
  readonly #folder: string;
  readonly #emulator: Emulator;
  readonly #theirs = new Map<string, string>();
  readonly #ours = new Map<string, string>();
  #branches = new Map<string, string>();

  constructor(folder: string, emulator: Emulator) {
    this.#folder = folder;
    this.#emulator = emulator;
  }

  /** A text with the ids of commits as the emulator has them. */
  toTheirs(text: string): string {
    return replaceIds(text, this.#theirs);
  }

  toOurs(text: string): string {
    return replaceIds(text, this.#ours);
  }

  /** Brings what was pushed since to the emulator. */
  async follow(): Promise<void> {
    const branches = await this.#readBranches();
    for (const [name, oid] of branches) {
      if (this.#branches.get(name) === oid) continue;
      const missing = (await this.#git("rev-list", "--reverse", "--topo-order", oid)).split("\n");
      for (const one of missing) if (one !== "" && !this.#theirs.has(one)) await this.#copy(one);
      await this.#emulator.setBranch(name, this.#theirs.get(oid));
    }
    for (const name of this.#branches.keys())
      if (!branches.has(name)) await this.#emulator.setBranch(name, undefined);
    this.#branches = branches;
  }

  /** Makes the merge that the emulator made, `theirs`, in the repository. */
  async merge(branch: string, theirs: string, method: string): Promise<void> {
    const [base = "", head = ""] = ["main", branch].map((name) => this.#branches.get(name));
    const tree = (await this.#git("merge-tree", "--write-tree", base, head)).trim();
    const parents = method === "merge" ? ["-p", base, "-p", head] : ["-p", base];
    const ours = (await this.#git("commit-tree", tree, ...parents, "-m", `Merge ${branch}`)).trim();
    await this.#git("update-ref", "refs/heads/main", ours, base);
    this.#know(ours, theirs);
    this.#branches.set("main", ours);
  }

  #know(ours: string, theirs: string): void {
    this.#theirs.set(ours, theirs);
    this.#ours.set(theirs, ours);
  }

  async #copy(oid: string): Promise<void> {
    const format = ["%P", "%an", "%ae", "%aI", "%cn", "%ce", "%cI", "%B"].join("%x00");
    const [parents = "", an = "", ae = "", ad = "", cn = "", ce = "", cd = "", message = ""] = (
      await this.#git("show", "--no-patch", `--format=${format}`, oid)
    ).split("\0");
    const names = parents === "" ? [] : parents.split(" ");
    this.#know(
      oid,
      await this.#emulator.commit({
        parents: names.map((name) => this.#theirs.get(name) ?? name),
        author: { name: an, email: ae, date: ad },
        committer: { name: cn, email: ce, date: cd },
        message,
        edits: await this.#edits(oid, names[0]),
      }),
    );
  }

  async #edits(oid: string, parent: string | undefined): Promise<MirroredCommit["edits"]> {
    const trees = parent === undefined ? ["--root", oid] : [parent, oid];
    const listed = await this.#git("diff-tree", "-r", "-z", "--no-renames", "--no-commit-id", ...trees);
    const edits = [];
    const fields = listed.split("\0");
    for (let at = 0; at + 1 < fields.length; at += 2) {
      const [, , before = "", after = "", kind] = (fields[at] ?? "").split(" ");
      if (kind === "D") throw new Error("the emulators take no file away by commit");
      const path = fields[at + 1] ?? "";
      const { stdout: content } = await run("git", ["cat-file", "blob", after], {
        cwd: this.#folder,
        encoding: "buffer",
      });
      edits.push({ path, content, ...(kind === "A" ? {} : { before }) });
    }
    return edits;
  }

  async #readBranches(): Promise<Map<string, string>> {
    const refs = await this.#git("for-each-ref", "--format=%(refname:lstrip=2) %(objectname)", "refs/heads");
    const lines = refs.split("\n").filter((line) => line !== "");
    return new Map(lines.map((line) => line.split(" ") as [string, string]));
  }

  async #git(...args: readonly string[]): Promise<string> {
    const identity = { NAME: "GitHub", EMAIL: "noreply@github.com" };
    const env = Object.entries(identity).flatMap(([key, value]) => [
      [`GIT_AUTHOR_${key}`, value],
      [`GIT_COMMITTER_${key}`, value],
    ]);
    return (
      await run("git", args, {
        cwd: this.#folder,
        env: { ...process.env, ...Object.fromEntries(env) },
      })
    ).stdout;
  }
}

function replaceIds(text: string, ids: ReadonlyMap<string, string>): string {
  return text.replace(/\b[0-9a-f]{40}\b/g, (id) => ids.get(id) ?? id);
}
