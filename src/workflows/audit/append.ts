import { NO_DIGEST, type AuditEntry } from "../../audit/entry.ts";
import type { Commit } from "../../ports/repository.ts";
import type { Context } from "../context.ts";
import { MainJudge } from "./judge-main.ts";
import { sealEntry, type SealedEntry } from "./links.ts";
import type { AuditPlace } from "./place.ts";
import { readLastEntry, type LastEntry } from "./read-entries.ts";
import { listSteps, type MainStep } from "./walk.ts";

/** So many commits are in memory together, and go into one pack. */
const BATCH = 500;

/** What a recorder has to add. */
export interface Appendix {
  readonly last: LastEntry | undefined;
  readonly steps: readonly MainStep[];
}

/** Finds where the last recorder stopped, and what has reached the main branch since. */
export async function readAppendix(context: Context, { main, branch, tip }: AuditPlace): Promise<Appendix> {
  const last = await readLastEntry(context, branch, tip);
  return { last, steps: await listSteps(context, { tip: main, cursor: last?.entry.source }) };
}

/** The entries of an appendix in batches, sealed in their order; nothing is written. */
export async function* sealAppendix(
  context: Context,
  { last, steps }: Appendix,
): AsyncGenerator<readonly SealedEntry[]> {
  const judge = new MainJudge(context, { fromStart: last === undefined });
  let seq = last?.entry.seq ?? 0;
  let prev = last?.digest ?? NO_DIGEST;
  let batch: SealedEntry[] = [];
  let done = 0;
  for await (const { step, drafts } of judge.judge(steps)) {
    context.notices.progress("Judging", done, steps.length);
    done += 1;
    const source: Commit = await context.repository.objects.readCommit(step.commit);
    for (const draft of drafts) {
      seq += 1;
      const sealed = sealEntry(draft, { seq, prev }, source);
      prev = sealed.digest;
      batch.push(sealed);
      // An import is one commit with thousands of transitions.
      if (batch.length < BATCH) continue;
      yield batch;
      batch = [];
    }
  }
  if (steps.length > 0) context.notices.progress("Judging", steps.length, steps.length);
  if (batch.length > 0) yield batch;
}

/** What was written of an appendix. */
export interface Appended {
  /** The tip with the new commits; undefined where nothing is recorded, now or before. */
  readonly tip: string | undefined;
  readonly entries: readonly AppendedEntry[];
}

export interface AppendedEntry {
  readonly entry: AuditEntry;
  /** SHA-256 of its bytes. */
  readonly digest: string;
  /** Its commit on the audit branch. */
  readonly commit: string;
}

/** Writes an appendix on the branch's tip; moves no ref. */
export async function writeAppendix(
  context: Context,
  { tip }: AuditPlace,
  appendix: Appendix,
): Promise<Appended> {
  const entries: AppendedEntry[] = [];
  let parent = tip;
  for await (const batch of sealAppendix(context, appendix)) {
    const commits = await context.repository.writer.chain(
      parent,
      batch.map(({ link }) => link),
    );
    for (const [index, { entry, digest }] of batch.entries())
      entries.push({ entry, digest, commit: commits[index] ?? "" });
    parent = commits.at(-1) ?? parent;
  }
  return { tip: parent, entries };
}
