import type { Command } from "commander";
import type { OpenedContext } from "../composition/opened-context.ts";
import { renderJson, renderJsonLine, renderYaml } from "../report/documents.ts";
import { renderPage, styled, type Line, type Look } from "../report/page.ts";
import type { Notices } from "../workflows/context.ts";
import { readGlobalFlags, useColor, type GlobalFlags } from "./flags.ts";
import type { Io } from "./io.ts";
import { createTalk } from "./talk.ts";

/** What a command works with. */
export interface Run {
  readonly io: Io;
  readonly flags: GlobalFlags;
  readonly notices: Notices;
  /** Opens the registry that was named, or the nearest; it is closed when the command is done. */
  readonly open: () => Promise<OpenedContext>;
  /** Has an opened context closed at the end. */
  readonly keep: (context: OpenedContext) => OpenedContext;
}

/** The answer of a command: one document, and the same in words. */
export interface Answer {
  readonly document: unknown;
  readonly text: (look: Look) => readonly Line[] | Promise<readonly Line[]>;
  /** False makes the exit code 1: a clear "no". */
  readonly yes?: boolean;
}

/** Does the work of a command, writes its answer, and keeps its exit code. */
export type Execute = (command: Command, work: (run: Run) => Promise<Answer>) => Promise<void>;

/** Executes one command; returns its exit code. */
export async function executeCommand(
  command: Command,
  work: Parameters<Execute>[1],
  { io, version }: World,
): Promise<number> {
  const flags = readGlobalFlags(command);
  const talk = createTalk(io, flags);
  const opened: OpenedContext[] = [];
  const keep = (context: OpenedContext): OpenedContext => {
    opened.push(context);
    return context;
  };
  try {
    const answer = await work({
      io,
      flags,
      notices: talk.notices,
      keep,
      open: async () => keep(await openNearest(io, flags, talk.notices)),
    });
    await write(answer, io, flags);
    return answer.yes === false ? 1 : 0;
  } catch (error) {
    return talk.fail(error, version());
  } finally {
    if (io.env["MODELTRAIL_COUNTERS"] === "1") writeCounters(io, opened);
    await Promise.all(opened.map((context) => context.repository.close()));
  }
}

/** What surrounds a command. */
export interface World {
  readonly io: Io;
  readonly version: () => string;
}

async function openNearest(
  { cwd, env, now }: Io,
  { registry }: GlobalFlags,
  notices: Notices,
): Promise<OpenedContext> {
  const { openContext } = await import("../composition/open-context.ts");
  return openContext({ registry, cwd, env, notices, now });
}

async function write({ document, text }: Answer, io: Io, flags: GlobalFlags): Promise<void> {
  if (flags.output === "text") return writeText(text, io, flags);
  io.stdout.write(flags.output === "json" ? renderJson(document) : renderYaml(document));
}

/** The answer goes to standard output, what to do next to standard error. */
async function writeText(text: Answer["text"], io: Io, flags: GlobalFlags): Promise<void> {
  const next: string[] = [];
  const look: Look = {
    width: io.stdout.isTTY === true ? io.stdout.columns : undefined,
    now: io.now(),
    hints: !flags.quiet,
    suggest: (command) => void next.push(`${command}${sameRegistry(flags)}`),
  };
  io.stdout.write(renderPage(await text(look), { color: useColor(io, flags, io.stdout) }));
  if (flags.quiet || next.length === 0) return;
  const lines = next.map((command): Line => ["Next: ", styled("strong", command)]);
  io.stderr.write(renderPage([[], ...lines], { color: useColor(io, flags, io.stderr) }));
}

/** What is typed next is about the same registry. */
function sameRegistry({ registry }: GlobalFlags): string {
  if (registry === undefined) return "";
  return ` --registry ${/^[\w@%+=:,./-]+$/.test(registry) ? registry : `'${registry.replaceAll("'", String.raw`'\''`)}'`}`;
}

/** What was read, and how much memory it took at most: for tests of cost, and for curious people. */
function writeCounters(io: Io, opened: readonly OpenedContext[]): void {
  const sum = { commits: 0, trees: 0, blobs: 0 };
  for (const { repository } of opened) {
    sum.commits += repository.counters.commits;
    sum.trees += repository.counters.trees;
    sum.blobs += repository.counters.blobs;
  }
  io.stderr.write(renderJsonLine({ counters: { ...sum, maxRssKilobytes: process.resourceUsage().maxRSS } }));
}
