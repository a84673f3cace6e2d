import { MAX_ENTRY_BYTES, NO_DIGEST, type AuditEntry, type EntryDraft } from "../../audit/entry.ts";
import type { ModeltrailError } from "../../diagnostics/errors.ts";
import type { Commit } from "../../ports/repository.ts";
import type { Context } from "../context.ts";
import { damaged } from "./damaged.ts";
import { requireNotRenamed, requireOwnBranch } from "./former-branch.ts";
import { MainJudge } from "./judge-main.ts";
import { sealEntry, type SealedEntry } from "./links.ts";
import type { AuditPlace } from "./place.ts";
import { readLastEntry, type LastEntry } from "./read-entries.ts";
import { readStep, walkMain, type MainStep } from "./walk.ts";

/** So many commits are in memory together, and go into one pack. */
const BATCH = 500;

/** What a recorder has to add. */
export interface Appendix {
  /** The audit branch, without `refs/heads/`. */
  readonly branch: string;
  readonly last: LastEntry | undefined;
  /** Begin with the commit of the last entry, which is judged again: nothing is put behind an entry that it does not give. */
  readonly steps: readonly MainStep[];
}

/** Finds where the last recorder stopped, and what has reached the main branch since. */
export async function readAppendix(context: Context, place: AuditPlace): Promise<Appendix> {
  const { main, base, branch, tip } = place;
  if (tip === undefined) await requireNotRenamed(context, place);
  else await requireOwnBranch(context, { branch, tip });
  const last = await readLastEntry(context, branch, tip);
  const { steps } = await walkMain(context, { tip: main, base, cursor: last?.entry.source });
  if (last === undefined) return { branch, last, steps };
  const begun = await readStep(context, last.entry.source);
  if (begun === undefined) throw notOfItsCommit(branch, last);
  return { branch, last, steps: [begun, ...steps] };
}

/** The entries of an appendix in batches, sealed in their order; nothing is written. */
export async function* sealAppendix(
  context: Context,
  { branch, last, steps }: Appendix,
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
    for (const draft of notRecordedYet({ step, drafts, source }, { branch, last })) {
      seq += 1;
      const sealed = requireBounded(sealEntry(draft, { seq, prev }, source));
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

interface JudgedStep {
  readonly step: MainStep;
  readonly drafts: readonly EntryDraft[];
  readonly source: Commit;
}

/** Without those that the last entry comes after, or is itself: of that, every byte has to be what the commit gives. */
function notRecordedYet(
  { step, drafts, source }: JudgedStep,
  { branch, last }: Pick<Appendix, "branch" | "last">,
): readonly EntryDraft[] {
  if (last === undefined || step.commit !== last.entry.source) return drafts;
  const { index, of, seq, prev, rules, verdict } = last.entry;
  const own = drafts[index - 1];
  if (of !== drafts.length || own === undefined) throw notOfItsCommit(branch, last);
  // A verdict is given again only by the rules that it was given by.
  const again = rules === own.rules ? own : { ...own, rules, verdict };
  if (sealEntry(again, { seq, prev }, source).digest !== last.digest)
    throw damaged(branch, `entry ${seq} does not say what commit ${short(step.commit)} did`);
  return drafts.slice(index);
}

function notOfItsCommit(branch: string, { entry }: LastEntry): ModeltrailError {
  const { seq, index, of, source } = entry;
  return damaged(
    branch,
    `entry ${seq} is ${index} of ${of} of commit ${short(source)}, which has not so many transitions`,
  );
}

function short(oid: string): string {
  return oid.slice(0, 12);
}

/** A longer one could be written, and never be read again. */
function requireBounded(sealed: SealedEntry): SealedEntry {
  const longest = Math.max(...sealed.link.files.map(({ content }) => content.length));
  if (longest > MAX_ENTRY_BYTES)
    throw new Error(`entry ${sealed.entry.seq} has ${longest} bytes, more than ${MAX_ENTRY_BYTES}`);
  return sealed;
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
