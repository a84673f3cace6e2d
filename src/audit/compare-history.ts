import type { Finding } from "../diagnostics/finding.ts";
import { makeFinding } from "../diagnostics/make-finding.ts";
import { describeEntry } from "./message.ts";
import { entryPath, NO_DIGEST, renderCanonical, type AuditEntry, type EntryDraft } from "./entry.ts";
import { longestRise } from "./longest-rise.ts";
import { parseObject, type EntryReading } from "./parse-entry.ts";

/** An entry as it was found, in the order of the branch's commits. */
export interface FoundEntry {
  /** What its path says. */
  readonly seq: number;
  /** The commit of the audit branch that added it. */
  readonly commit: string;
  readonly text: string;
  /** SHA-256 of its bytes. */
  readonly digest: string;
  readonly reading: EntryReading;
}

/** What was recorded, and what the main branch says. */
export interface HistoryComparison {
  /** Oldest first: every transition of the main branch. */
  readonly expected: readonly EntryDraft[];
  /** In the order of the branch. */
  readonly found: readonly FoundEntry[];
  /** The rules that `expected` was judged by. */
  readonly rules: number;
}

export interface ComparedHistory {
  readonly findings: readonly Finding[];
  /** Entries that say exactly what the main branch says. */
  readonly verified: number;
  /** Entries whose verdict other rules gave. */
  readonly otherRules: number;
  /** Transitions after the last recorded one. */
  readonly pending: number;
}

/** Names what was forged, dropped, edited, reordered or written twice, and where the chain breaks. */
export function compareHistory({ expected, found, rules }: HistoryComparison): ComparedHistory {
  const places = new Map(expected.map((draft, place) => [keyOf(draft), place]));
  const sources = new Set(expected.map(({ source }) => source));
  const known: { readonly one: FoundEntry; readonly place: number }[] = [];
  const seen = new Map<number, FoundEntry>();
  const findings: Finding[] = [...chainFindings(found)];
  for (const one of found) {
    const key = looseKey(one);
    const place = key === undefined ? undefined : places.get(key);
    const first = place === undefined ? undefined : seen.get(place);
    if (!one.reading.ok) findings.push(broken(one, one.reading.problem));
    if (place === undefined) {
      if (one.reading.ok) findings.push(forged(one, one.reading.entry, sources));
    } else if (first !== undefined) findings.push(duplicated(one, first));
    else {
      seen.set(place, one);
      known.push({ one, place });
    }
  }
  findings.push(...reordered(known), ...rulesFindings(found, rules));
  const last = known.reduce((most, { place }) => Math.max(most, place), -1);
  findings.push(
    ...expected.slice(0, last + 1).flatMap((draft, place) => (seen.has(place) ? [] : [dropped(draft)])),
  );
  const counts = { verified: 0, otherRules: 0 };
  for (const { one, place } of known) {
    const draft = expected[place];
    if (!one.reading.ok || draft === undefined) continue;
    const { entry } = one.reading;
    const fields = differingFields(entry, draft, rules);
    if (fields.length > 0) findings.push(edited(one, fields));
    else if (entry.rules === rules) counts.verified += 1;
    if (entry.rules !== rules) counts.otherRules += 1;
  }
  return { findings, ...counts, pending: expected.length - last - 1 };
}

function keyOf({ source, index }: { readonly source: string; readonly index: number }): string {
  return `${source} ${index}`;
}

/** Which transition an entry is about, also when it is broken otherwise. */
function looseKey({ reading, text }: FoundEntry): string | undefined {
  if (reading.ok) return keyOf(reading.entry);
  const value = parseObject(text);
  return value === undefined ? undefined : `${String(value["source"])} ${String(value["index"])}`;
}

function chainFindings(found: readonly FoundEntry[]): readonly Finding[] {
  const findings: Finding[] = [];
  let prev = NO_DIGEST;
  let next = 1;
  for (const one of found) {
    if (one.seq !== next) findings.push(chainBroken(one, `it comes where ${entryPath(next)} should come`));
    else if (one.reading.ok && one.reading.entry.prev !== prev) {
      const before = one.seq === 1 ? "it is the first, and prev is not 64 zeros" : undefined;
      findings.push(chainBroken(one, before ?? `prev is not the SHA-256 of ${entryPath(one.seq - 1)}`));
    }
    if (one.reading.ok && one.reading.entry.seq !== one.seq) findings.push(edited(one, ["seq"]));
    prev = one.digest;
    next = one.seq + 1;
  }
  return findings;
}

/**
 * A verdict is recomputed only under its own rules. So that nobody escapes that by the number alone, there are none from
 * the future, and older ones never come after newer ones: recorders refuse to write those.
 */
function rulesFindings(found: readonly FoundEntry[], rules: number): readonly Finding[] {
  const tooNew: FoundEntry[] = [];
  const fallen: FoundEntry[] = [];
  let newest = 0;
  for (const one of found) {
    if (!one.reading.ok) continue;
    const { rules: own } = one.reading.entry;
    if (own > rules) tooNew.push(one);
    else if (own < newest) fallen.push(one);
    else newest = own;
  }
  return [
    ...implausible(tooNew, `it names rules that this version does not have, whose newest are ${rules}`),
    ...implausible(fallen, `it names older rules than an entry before it`),
  ];
}

/** One finding for all of a kind: where another version records, it is about every entry. */
function implausible(entries: readonly FoundEntry[], problem: string): readonly Finding[] {
  const [first] = entries;
  if (first === undefined) return [];
  const more = entries.length === 1 ? "" : `, and ${entries.length - 1} more do`;
  const message = `${told(first)}: ${problem}${more}`;
  return [makeFinding("AUDIT_RULES_IMPLAUSIBLE", { file: entryPath(first.seq), message })];
}

/** Of entries by other rules, everything but the verdict. Place and chain are looked at elsewhere. */
function differingFields(entry: AuditEntry, draft: EntryDraft, rules: number): readonly string[] {
  const left = fieldsOf(entry);
  const right = fieldsOf(draft);
  const skipped = new Set(["seq", "prev", ...(entry.rules === rules ? [] : ["rules", "verdict"])]);
  const names = new Set([...left.keys(), ...right.keys()]);
  return [...names].filter((name) => !skipped.has(name) && left.get(name) !== right.get(name)).toSorted();
}

function fieldsOf(entry: object): ReadonlyMap<string, string> {
  return new Map(Object.entries(entry).map(([name, value]) => [name, renderCanonical([value])]));
}

function reordered(
  known: readonly { readonly one: FoundEntry; readonly place: number }[],
): readonly Finding[] {
  const inOrder = longestRise(known.map(({ place }) => place));
  return known.flatMap(({ one, place }, index) =>
    inOrder.has(index)
      ? []
      : [
          makeFinding("AUDIT_ENTRY_REORDERED", {
            file: entryPath(one.seq),
            message: `${told(one)} is entry ${one.seq}, and is transition ${place + 1} of the main branch (commit ${short(one.commit)})`,
          }),
        ],
  );
}

function forged(one: FoundEntry, entry: AuditEntry, sources: ReadonlySet<string>): Finding {
  const why = sources.has(entry.source)
    ? `commit ${short(entry.source)} has no transition ${entry.index} of that kind`
    : `commit ${short(entry.source)} is not on the first-parent line of the main branch, or changed nothing`;
  return makeFinding("AUDIT_ENTRY_FORGED", {
    file: entryPath(one.seq),
    message: `${told(one)}: ${why} (commit ${short(one.commit)} of the audit branch)`,
  });
}

function duplicated(one: FoundEntry, first: FoundEntry): Finding {
  return makeFinding("AUDIT_ENTRY_DUPLICATED", {
    file: entryPath(one.seq),
    message: `${told(one)} is recorded already, as ${entryPath(first.seq)}`,
  });
}

function dropped(draft: EntryDraft): Finding {
  const summary = describeEntry({ ...draft, seq: 0, prev: NO_DIGEST });
  return makeFinding("AUDIT_ENTRY_DROPPED", {
    message: `${summary}, of commit ${short(draft.source)} (${draft.index} of ${draft.of}), is not recorded`,
  });
}

function edited(one: FoundEntry, fields: readonly string[]): Finding {
  return makeFinding("AUDIT_ENTRY_EDITED", {
    file: entryPath(one.seq),
    message: `${told(one)}: ${fields.join(", ")} ${fields.length === 1 ? "is" : "are"} not what the main branch says (commit ${short(one.commit)} of the audit branch)`,
  });
}

function broken(one: FoundEntry, problem: string): Finding {
  return makeFinding("AUDIT_ENTRY_BROKEN", { file: entryPath(one.seq), message: problem });
}

function chainBroken(one: FoundEntry, problem: string): Finding {
  return makeFinding("AUDIT_CHAIN_BROKEN", { file: entryPath(one.seq), message: problem });
}

function told({ reading, seq }: FoundEntry): string {
  return reading.ok ? `"${describeEntry(reading.entry)}"` : `entry ${seq}`;
}

function short(oid: string): string {
  return oid.slice(0, 12);
}
