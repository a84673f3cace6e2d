import type { Anchor } from "../../audit/anchor.ts";
import { entryPath, type AuditEntry } from "../../audit/entry.ts";
import { describeEntry } from "../../audit/message.ts";
import { isModeltrailError, type ModeltrailError } from "../../diagnostics/errors.ts";
import type { Context } from "../context.ts";
import { requireAnchorsKept, writeAnchor, type AnchorState } from "./anchors.ts";
import { describeTakenBack } from "./fetched.ts";
import { enrichEntries, type Enrich } from "./enrich.ts";
import type { LastEntry } from "./read-entries.ts";
import { readAppendix, sealAppendix, writeAppendix, type AppendedEntry, type Appendix } from "./append.ts";
import { openAudit, type AuditPlace } from "./place.ts";
import { publishTip } from "./publish.ts";
import { requireSoundTip } from "./sound-tip.ts";
import { warnOnce } from "./warn-once.ts";

export interface RecordOptions {
  /** False records on this machine alone: nothing is fetched, nothing pushed. */
  readonly push?: boolean;
  /** Only say what would be recorded. */
  readonly dryRun?: boolean;
  /** False writes no anchor to the artifact store. */
  readonly anchor?: boolean;
  /** Asks the forge what it knows; left out where there is none to ask. */
  readonly enrich?: Enrich;
}

/** One entry, for an answer. */
export interface RecordedEntry {
  readonly seq: number;
  readonly kind: AuditEntry["kind"];
  readonly summary: string;
  readonly result: "pass" | "unverified";
  /** The commit of the main branch. */
  readonly source: string;
  /** Its commit on the audit branch; left out of a dry run. */
  readonly commit?: string;
}

/** What a recorder did. */
export interface RecordResult {
  readonly status: "recorded" | "unchanged" | "dry-run";
  readonly branch: string;
  /** Tip of the audit branch; left out while nothing is recorded. */
  readonly commit?: string;
  /** Tip of the main branch up to which everything is recorded, and its name as people say it. */
  readonly main: string;
  readonly base: string;
  /**
   * Whether storage holds the anchor of the last entry; skipped also where storage is shared and nothing was pushed. Left
   * out where there is no entry, and of a dry run.
   */
  readonly anchor?: AnchorState;
  /** How many entries got what the forge knew of them; left out where no forge was asked. */
  readonly enriched?: number;
  /** What was recorded now, oldest first. */
  readonly entries: readonly RecordedEntry[];
}

const MOST_ATTEMPTS = 8;
const FIRST_PAUSE_MS = 100;

/**
 * Records what has reached the main branch since the last time. What is written follows from the main branch alone, so
 * a recorder that loses a race finds its work done, and one that was killed is made up for by the next.
 */
export async function recordAudit(context: Context, options: RecordOptions = {}): Promise<RecordResult> {
  const push = options.push !== false;
  const state: Attempts = { lost: undefined, deepened: false, doubted: false };
  for (let attempt = 1; ; attempt += 1) {
    try {
      const place = await openAudit(context, { fetch: push, push });
      return await recordOnce(context, place, options, state);
    } catch (error) {
      if (!isModeltrailError(error) || attempt === MOST_ATTEMPTS) throw error;
      if (!(await mayTryAgain(context, error, push, state))) throw error;
      await pause(attempt);
    }
  }
}

/** What the attempts of one run know of those before them. */
interface Attempts {
  /** What was pushed without an answer. */
  lost: Written | undefined;
  deepened: boolean;
  doubted: boolean;
}

async function mayTryAgain(
  { repository }: Context,
  { code }: ModeltrailError,
  push: boolean,
  state: Attempts,
): Promise<boolean> {
  if (code === "CONFLICT") return true;
  if (code === "NETWORK" || code === "TIMEOUT") return state.lost !== undefined;
  if (code === "HISTORY_REWRITTEN" && push && !state.doubted) {
    // The two branches are not read in one moment: what was recorded meanwhile may be ahead of the main branch as seen.
    state.doubted = true;
    return true;
  }
  if (code !== "SHALLOW_CLONE" || !push || state.deepened) return false;
  // Without a remote there is nothing to deepen from, and the refusal stands.
  if ((await repository.remote.describe()) === undefined) return false;
  await repository.remote.deepen();
  state.deepened = true;
  return true;
}

async function pause(attempt: number): Promise<void> {
  const longest = FIRST_PAUSE_MS * 2 ** Math.min(attempt, 5);
  await new Promise((resolve) => setTimeout(resolve, longest * (0.5 + Math.random())));
}

async function recordOnce(
  context: Context,
  place: AuditPlace,
  options: RecordOptions,
  state: Attempts,
): Promise<RecordResult> {
  await warnOfTakenBack(context, place);
  const appendix = await readAppendix(context, place);
  const { branch, tip } = place;
  if (tip !== undefined && appendix.last !== undefined)
    await requireSoundTip(context, { branch, tip }, appendix.last);
  if (options.dryRun === true) return preview(context, place, appendix);
  // The answer was lost, the push was not.
  const isThere = state.lost !== undefined && state.lost.result.commit === tip;
  const done =
    isThere && state.lost !== undefined ? state.lost : await append(context, place, appendix, options);
  const { result, last } = done;
  if (result.commit === undefined || last === undefined) return result;
  const isAnchored = options.anchor !== false && mayAnchor(context, place);
  const anchor = isAnchored ? await anchorOf(context, result.commit, last) : undefined;
  if (anchor !== undefined) {
    const first = result.entries[0]?.seq ?? anchor.seq + 1;
    await requireAnchorsKept(context, place, { tip: result.commit, first });
  }
  await publishTip(context, place, result.commit).catch((error: unknown) => {
    const isUnanswered = isModeltrailError(error) && (error.code === "NETWORK" || error.code === "TIMEOUT");
    state.lost = isUnanswered ? done : undefined;
    throw error;
  });
  return {
    ...result,
    anchor: anchor === undefined ? "skipped" : await writeAnchor(context, place, anchor),
  };
}

/** Only what everybody has is anchored where everybody's anchors are; storage in the repository's own folder is its own. */
function mayAnchor({ notices }: Context, { push, shared, registry }: AuditPlace): boolean {
  if (push) return true;
  // What colleagues do not have yet may come to have other commits, by enrichment between them.
  if (!shared && isOwnFolder(registry.spec.storage.uri)) return true;
  notices.hint(
    "The last entry is not anchored: nothing was pushed, and what a copy of the repository records must not stand in storage that others share.",
  );
  return false;
}

function isOwnFolder(uri: string): boolean {
  return /^file:[^/]/.test(uri);
}

async function warnOfTakenBack(context: Context, { fetched, base, branch }: AuditPlace): Promise<void> {
  if (fetched === undefined) return;
  for (const message of await describeTakenBack(context, fetched, new Set([base, branch])))
    warnOnce(context, message);
}

/** What a run has written, before it is published. */
interface Written {
  readonly result: RecordResult;
  /** The last entry, new or not; its commit is known where it is new. */
  readonly last: LastEntry | undefined;
}

async function append(
  context: Context,
  place: AuditPlace,
  appendix: Appendix,
  options: RecordOptions,
): Promise<Written> {
  const { branch, main, base } = place;
  const { tip, entries } = await writeAppendix(context, place, appendix);
  const last = entries.at(-1) ?? appendix.last;
  const { enrich } = options;
  const added = entries.map(({ entry }) => entry);
  const enriched =
    enrich === undefined || tip === undefined || last === undefined
      ? undefined
      : await enrichEntries(context, { tip, added, last: last.entry.seq }, enrich);
  const commit = enriched?.tip ?? tip;
  const result: RecordResult = {
    status: entries.length === 0 ? "unchanged" : "recorded",
    branch,
    ...(commit === undefined ? {} : { commit }),
    main,
    base,
    ...(enriched === undefined ? {} : { enriched: enriched.count }),
    entries: entries.map(toRow),
  };
  return { result, last };
}

/** The last entry with its commit, which may have enrichment on top. */
async function anchorOf({ repository }: Context, tip: string, { entry, digest }: LastEntry): Promise<Anchor> {
  const { seq, source } = entry;
  let commit = tip;
  for await (const step of repository.history.firstParent(tip, { paths: [entryPath(seq)], limit: 1 }))
    commit = step.commit.oid;
  return { seq, entry: digest, commit, source };
}

async function preview(context: Context, place: AuditPlace, appendix: Appendix): Promise<RecordResult> {
  const { branch, main, base, tip } = place;
  const entries: RecordedEntry[] = [];
  for await (const batch of sealAppendix(context, appendix))
    entries.push(...batch.map(({ entry }) => rowOf(entry)));
  return { status: "dry-run", branch, ...(tip === undefined ? {} : { commit: tip }), main, base, entries };
}

function toRow({ entry, commit }: AppendedEntry): RecordedEntry {
  return { ...rowOf(entry), commit };
}

function rowOf(entry: AuditEntry): RecordedEntry {
  const { seq, kind, source, verdict } = entry;
  return { seq, kind, summary: describeEntry(entry), result: verdict.result, source };
}
