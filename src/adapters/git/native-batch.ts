import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { ModeltrailError } from "../../diagnostics/errors.ts";
import { keepTail, type NativeGit } from "./native-process.ts";
import type { ObjectType } from "./object-format.ts";

/** What `git cat-file --batch` answers for one line of input. */
export type BatchReply =
  | {
      readonly kind: "object";
      readonly oid: string;
      readonly type: ObjectType;
      readonly body: Buffer | "too-large";
    }
  | { readonly kind: "missing" }
  | { readonly kind: "ambiguous" };

/** Requests that were asked together; their answers come in order. */
interface Pending {
  readonly count: number;
  readonly maxBytes: number;
  readonly replies: BatchReply[];
  readonly resolve: (replies: BatchReply[]) => void;
  readonly reject: (error: Error) => void;
}

interface Body {
  readonly oid: string;
  readonly type: ObjectType;
  readonly size: number;
  readonly bytes: Buffer | undefined;
  /** Bytes that came so far, the newline after the body included. */
  filled: number;
}

const MAX_HEADER = 64 * 1024;

/** One persistent child that answers many requests; started with the first, and it never keeps the process alive. */
export class NativeBatch {
  readonly #git: NativeGit;
  #child: ChildProcessWithoutNullStreams | undefined;
  #queue: Pending[] = [];
  #header = Buffer.alloc(0);
  #body: Body | undefined;
  #closed = false;

  constructor(git: NativeGit) {
    this.#git = git;
  }

  /** All requests are written before the first answer is awaited. */
  ask(names: readonly string[], maxBytes: number): Promise<BatchReply[]> {
    const lines = `${names.join("\n")}\n`;
    if (lines.includes("\0") || lines.split("\n").length !== names.length + 1)
      throw new ModeltrailError("INVALID_INPUT", "a revision cannot hold a line break");
    // Work that goes on beside a failure would start a child that nobody ends.
    if (this.#closed) throw new ModeltrailError("GIT", "the repository was closed already");
    const child = this.#start();
    hold(child, true);
    const asked = new Promise<BatchReply[]>((resolve, reject) =>
      this.#queue.push({ count: names.length, maxBytes, replies: [], resolve, reject }),
    );
    child.stdin.write(lines);
    return asked;
  }

  async close(): Promise<void> {
    const child = this.#child;
    this.#closed = true;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    hold(child, true);
    const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
    child.stdin.end();
    child.kill();
    await ended;
  }

  #start(): ChildProcessWithoutNullStreams {
    if (this.#child !== undefined) return this.#child;
    const child = this.#git.spawn(["cat-file", "--batch"]);
    const stderr = keepTail(child);
    this.#child = child;
    this.#header = Buffer.alloc(0);
    this.#body = undefined;
    child.stdin.on("error", () => undefined);
    child.stdout.on("data", (chunk: Buffer) => {
      try {
        this.#take(chunk);
      } catch (cause) {
        child.kill();
        this.#fail(
          child,
          new ModeltrailError("GIT", "git cat-file gave an answer that makes no sense", { cause }),
        );
      }
    });
    child.on("error", (cause) => this.#fail(child, new ModeltrailError("GIT", "cannot run git", { cause })));
    child.on("close", () =>
      this.#fail(child, new ModeltrailError("GIT", `git cat-file ended: ${stderr().trim()}`)),
    );
    return child;
  }

  #fail(child: ChildProcessWithoutNullStreams, error: Error): void {
    if (this.#child === child) this.#child = undefined;
    const waiting = this.#queue;
    this.#queue = [];
    for (const one of waiting) one.reject(error);
  }

  #take(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#body !== undefined) {
        at += this.#fill(this.#body, chunk, at);
        continue;
      }
      const end = chunk.indexOf(0x0a, at);
      if (end < 0) {
        this.#header = Buffer.concat([this.#header, chunk.subarray(at)]);
        if (this.#header.length > MAX_HEADER) throw new Error("a header without an end");
        return;
      }
      const split = this.#header.length > 0;
      const line = split
        ? Buffer.concat([this.#header, chunk.subarray(at, end)]).toString("utf8")
        : chunk.toString("utf8", at, end);
      if (split) this.#header = Buffer.alloc(0);
      at = end + 1;
      this.#readHeader(line);
    }
  }

  #readHeader(line: string): void {
    const object = /^([0-9a-f]{40}) (blob|tree|commit|tag) (\d+)$/.exec(line);
    if (object === null) {
      if (line.endsWith(" missing")) return this.#answer({ kind: "missing" });
      if (line.endsWith(" ambiguous")) return this.#answer({ kind: "ambiguous" });
      throw new Error(`unexpected header: ${line}`);
    }
    const size = Number(object[3]);
    const wanted = size <= (this.#queue[0]?.maxBytes ?? 0);
    this.#body = {
      oid: object[1] ?? "",
      type: object[2] as ObjectType,
      size,
      bytes: wanted ? Buffer.allocUnsafe(size) : undefined,
      filled: 0,
    };
  }

  /** Takes what belongs to the body; a body that is too large is counted, never kept. */
  #fill(body: Body, chunk: Buffer, at: number): number {
    const taken = Math.min(body.size + 1 - body.filled, chunk.length - at);
    body.bytes?.set(chunk.subarray(at, at + Math.min(taken, body.size - body.filled)), body.filled);
    body.filled += taken;
    if (body.filled === body.size + 1) {
      this.#body = undefined;
      this.#answer({ kind: "object", oid: body.oid, type: body.type, body: body.bytes ?? "too-large" });
    }
    return taken;
  }

  #answer(reply: BatchReply): void {
    const [asked] = this.#queue;
    if (asked === undefined) return;
    asked.replies.push(reply);
    if (asked.replies.length < asked.count) return;
    this.#queue.shift();
    if (this.#queue.length === 0 && this.#child !== undefined) hold(this.#child, false);
    asked.resolve(asked.replies);
  }
}

/** An idle child must not keep our process from ending; one that is asked something must. */
function hold(child: ChildProcessWithoutNullStreams, busy: boolean): void {
  const pipes = [child.stdin, child.stdout, child.stderr] as readonly { ref?(): void; unref?(): void }[];
  for (const handle of [child, ...pipes]) {
    if (busy) handle.ref?.();
    else handle.unref?.();
  }
}
