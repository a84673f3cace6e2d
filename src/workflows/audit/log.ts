import { parseEnrichment, type Enrichment, type EnrichmentFile } from "../../audit/enrichment.ts";
import { parseAuditPath, type AuditEntry } from "../../audit/entry.ts";
import { parseEntry } from "../../audit/parse-entry.ts";
import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { Context } from "../context.ts";
import { readBranch, type BranchStep } from "./branch-history.ts";
import { describeTakenBack } from "./fetched.ts";
import { isMergedOtherWay, tellOtherWay, type RecordedMain } from "./other-way.ts";
import { openAudit } from "./place.ts";

/** Which entries are wanted. */
export interface LogQuery {
  readonly model?: string;
  readonly stage?: string;
  /** Only what reached the main branch at or after this time. */
  readonly since?: Date;
  /** At most so many, the newest. */
  readonly limit?: number;
  /** Bring the remote's branches first, and go by them alone. */
  readonly fetch?: boolean;
}

/** An entry as it was recorded, with what stands around it. */
export interface LogRow {
  readonly entry: AuditEntry;
  /** Its commit on the audit branch. */
  readonly commit: string;
  /** Who made the commit of the main branch. */
  readonly author: string;
  /** What the forge knew. */
  readonly enrichment?: Enrichment;
}

export interface AuditLog {
  readonly branch: string;
  /** Tip of the audit branch. */
  readonly commit: string;
  /** Newest first, in the order of the main branch. */
  readonly entries: readonly LogRow[];
}

/** What was recorded. Rejects with NOT_FOUND where nothing is, of the model and stage asked for too. What a verification would object to is left out, with a warning. */
export async function readLog(context: Context, query: LogQuery = {}): Promise<AuditLog> {
  const place = await openAudit(context, { fetch: query.fetch === true, push: false });
  const { branch, tip, fetched, base, main } = place;
  if (fetched !== undefined)
    for (const message of await describeTakenBack(context, fetched, new Set([base, branch])))
      context.notices.warn(message);
  if (tip === undefined) throw notRecorded(branch);
  const reader = new LogReader(query);
  for await (const step of readBranch(context, tip)) {
    if (reader.entries.length >= (query.limit ?? Number.POSITIVE_INFINITY)) break;
    reader.add(step);
  }
  if (reader.unreadable > 0)
    context.notices.warn(
      `${reader.unreadable} entries of ${branch} cannot be read; modeltrail audit verify says what is wrong`,
    );
  if (reader.newest !== undefined)
    await warnOfOtherWay(context, { tip: main, base, recorded: reader.newest });
  if (!reader.hasSubject) throw nothingOf(query, branch);
  return { branch, commit: tip, entries: reader.entries };
}

async function warnOfOtherWay(context: Context, at: RecordedMain): Promise<void> {
  if (!(await isMergedOtherWay(context, at))) return;
  const { message, hint } = await tellOtherWay(context, at);
  context.notices.warn(`${message}; nothing more is recorded until that is put right. ${hint}`);
}

/** Sorts what the commits of the branch added, newest first: enrichment comes before the entry that it is about. */
class LogReader {
  readonly entries: LogRow[] = [];
  unreadable = 0;
  /** The commit of the main branch of the newest entry, whatever was asked for. */
  newest: string | undefined;
  /** Whether any entry, at whatever time, is of the model and stage asked for. */
  hasSubject: boolean;
  readonly #query: LogQuery;
  readonly #enrichments = new Map<number, EnrichmentFile>();

  constructor(query: LogQuery) {
    this.#query = query;
    this.hasSubject = query.model === undefined && query.stage === undefined;
  }

  add({ commit, files }: BranchStep): void {
    for (const [path, { text = "" }] of files) {
      const { kind, seq = 0 } = parseAuditPath(path) ?? {};
      if (kind === "entry") this.#addEntry(text, { commit: commit.oid, author: commit.author.name });
      else {
        const enrichment = parseEnrichment(text, seq);
        if (enrichment !== undefined) this.#enrichments.set(seq, enrichment);
      }
    }
  }

  #addEntry(text: string, at: Pick<LogRow, "commit" | "author">): void {
    const reading = parseEntry(text);
    if (!reading.ok) {
      this.unreadable += 1;
      return;
    }
    const { entry } = reading;
    this.newest ??= entry.source;
    if (!isOf(entry, this.#query)) return;
    this.hasSubject = true;
    if (isSince(entry, this.#query)) this.entries.push(rowOf(entry, at, this.#enrichments));
  }
}

export function notRecorded(branch: string): ModeltrailError {
  return new ModeltrailError("NOT_FOUND", `there is no branch ${branch}: nothing is recorded yet`, {
    hint: "modeltrail audit record makes it; --fetch looks on the remote first.",
  });
}

function rowOf(
  entry: AuditEntry,
  at: Pick<LogRow, "commit" | "author">,
  enrichments: ReadonlyMap<number, EnrichmentFile>,
): LogRow {
  const found = enrichments.get(entry.seq);
  if (found === undefined) return { entry, ...at };
  const { schema: _, seq: __, source: ___, ...enrichment } = found;
  return { entry, ...at, enrichment };
}

function nothingOf({ model, stage }: LogQuery, branch: string): ModeltrailError {
  const subject = [
    ...(model === undefined ? [] : [`model ${model}`]),
    ...(stage === undefined ? [] : [`stage ${stage}`]),
  ].join(", ");
  return new ModeltrailError("NOT_FOUND", `nothing of ${subject} is recorded on ${branch}`, {
    hint: "modeltrail audit log shows what is; modeltrail audit record brings what is not there yet.",
  });
}

function isOf({ model, stage }: AuditEntry, query: LogQuery): boolean {
  return (
    (query.model === undefined || model === query.model) &&
    (query.stage === undefined || stage === query.stage)
  );
}

function isSince({ committedAt }: AuditEntry, { since }: LogQuery): boolean {
  return since === undefined || Date.parse(committedAt) >= since.getTime();
}
