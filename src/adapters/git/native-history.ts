import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { HistoryRange, HistoryReader, HistoryStep, PathChange } from "../../ports/repository.ts";
import { WalkedHistory } from "./first-parent.ts";
import type { Layout } from "./locate.ts";
import { gitFailure, keepTail, type NativeGit } from "./native-process.ts";
import { comparePaths, isFileMode, requireOid } from "./object-format.ts";
import type { CachedObjects } from "./object-reader.ts";
import { readShallow } from "./shallow.ts";

interface RawStep {
  readonly oid: string;
  readonly changes: PathChange[];
}

/** With the configuration that would change what `git log` prints. */
const LOG: readonly string[] = [
  ["-c", "log.showRoot=true", "-c", "log.showSignature=false", "-c", "log.diffMerges=first-parent"],
  ["log", "--first-parent", "-m", "--raw", "-z", "--no-abbrev", "--no-renames", "--no-color"],
  ["--no-ext-diff", "--no-relative", "--ignore-submodules=none", "--format=%H"],
].flat();

/** History by `git log`, `git rev-list` and `git merge-base`; shallow clones are left to our own walk, which knows their boundary. */
export class NativeHistory implements HistoryReader {
  readonly #git: NativeGit;
  readonly #objects: CachedObjects;
  readonly #layout: Layout;
  readonly #walked: WalkedHistory;

  constructor(git: NativeGit, objects: CachedObjects, layout: Layout) {
    this.#git = git;
    this.#objects = objects;
    this.#layout = layout;
    this.#walked = new WalkedHistory(objects, layout);
  }

  async *firstParent(from: string, options: HistoryRange = {}): AsyncGenerator<HistoryStep> {
    if (await this.#isShallow()) {
      yield* this.#walked.firstParent(from, options);
      return;
    }
    if (options.paths?.length === 0 || from === options.until) return;
    for await (const steps of this.#log(from, options)) {
      const commits = await this.#objects.readCommits(steps.map((step) => step.oid));
      for (const [at, commit] of commits.entries()) {
        yield { commit, changes: (steps[at]?.changes ?? []).sort((a, b) => comparePaths(a.path, b.path)) };
      }
    }
  }

  async at(from: string, seconds: number): Promise<string | undefined> {
    if (await this.#isShallow()) return this.#walked.at(from, seconds);
    const limit = Math.floor(seconds);
    if (!(limit >= 0)) return undefined;
    const args = ["rev-list", "--first-parent", `--min-age=${limit}`, "-n", "1", requireOid(from)];
    return (await this.#git.must(args)).toString("latin1").trim() || undefined;
  }

  async mergeBase(a: string, b: string): Promise<string | undefined> {
    if (await this.#isShallow()) return this.#walked.mergeBase(a, b);
    const done = await this.#git.run(["merge-base", requireOid(a), requireOid(b)]);
    if (done.code > 1 || done.code < 0) throw gitFailure("merge-base", done);
    return done.stdout.toString("latin1").trim() || undefined;
  }

  async isAncestor(ancestor: string, of: string): Promise<boolean> {
    if (await this.#isShallow()) return this.#walked.isAncestor(ancestor, of);
    const done = await this.#git.run(["merge-base", "--is-ancestor", requireOid(ancestor), requireOid(of)]);
    if (done.code > 1 || done.code < 0) throw gitFailure("merge-base", done);
    return done.code === 0;
  }

  async ahead(base: string, head: string, most: number): Promise<readonly string[] | undefined> {
    if (await this.#isShallow()) return this.#walked.ahead(base, head, most);
    const args = ["rev-list", `--max-count=${most + 1}`, requireOid(head), `^${requireOid(base)}`];
    const oids = (await this.#git.must(args)).toString("latin1").split("\n").filter(Boolean);
    return oids.length > most ? undefined : oids;
  }

  async #isShallow(): Promise<boolean> {
    return (await readShallow(this.#layout)).size > 0;
  }

  /** Streams; the process is ended when the consumer stops early. */
  async *#log(from: string, options: HistoryRange): AsyncGenerator<readonly RawStep[]> {
    const paths = options.paths?.includes("") === true ? ["."] : (options.paths ?? []);
    const end = options.until === undefined ? [] : [`^${requireOid(options.until)}`];
    const limit =
      options.limit === undefined ? [] : [`--max-count=${Math.max(1, Math.floor(options.limit))}`];
    const child = this.#git.spawn([...LOG, ...limit, requireOid(from), ...end, "--", ...paths]);
    const stderr = keepTail(child);
    const ended = new Promise<number>((resolve, reject) => {
      child.on("close", (code) => resolve(code ?? -1));
      child.on("error", (cause) => reject(new ModeltrailError("GIT", "cannot run git", { cause })));
    });
    ended.catch(() => undefined);
    child.stdin.on("error", () => undefined);
    child.stdin.end();
    const parser = new LogParser();
    try {
      for await (const chunk of child.stdout) {
        const steps = parser.take(chunk as Buffer);
        if (steps.length > 0) yield steps;
      }
      const code = await ended;
      if (code !== 0) throw gitFailure("log", { code, stderr: stderr() });
      const rest = parser.end();
      if (rest !== undefined) yield [rest];
    } finally {
      child.kill();
    }
  }
}

/** Reads `<id> NUL (LF? :modes ids status NUL path NUL)*`, in whatever pieces it comes. */
class LogParser {
  #rest: Buffer = Buffer.alloc(0);
  #open: RawStep | undefined;
  #entry: readonly string[] | undefined;

  /** The steps that are complete: a step ends where the next begins. */
  take(chunk: Buffer): RawStep[] {
    const done: RawStep[] = [];
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    for (let end = bytes.indexOf(0, at); end >= 0; end = bytes.indexOf(0, at)) {
      const finished = this.#token(bytes.toString("utf8", at, end));
      if (finished !== undefined) done.push(finished);
      at = end + 1;
    }
    this.#rest = bytes.subarray(at);
    return done;
  }

  end(): RawStep | undefined {
    return this.#open;
  }

  #token(token: string): RawStep | undefined {
    if (this.#entry !== undefined) {
      const [before = "", after = "", old = "", young = ""] = this.#entry;
      this.#open?.changes.push({
        path: token,
        before: isFileMode(before) ? old : null,
        after: isFileMode(after) ? young : null,
      });
      this.#entry = undefined;
      return undefined;
    }
    const raw = /^\n?:(\d{6}) (\d{6}) ([0-9a-f]{40}) ([0-9a-f]{40}) [A-Z]/.exec(token);
    if (raw !== null) {
      this.#entry = raw.slice(1);
      return undefined;
    }
    const finished = this.#open;
    this.#open = { oid: requireOid(token.trim()), changes: [] };
    return finished;
  }
}
