import {
  enrichmentPath,
  entryPath,
  renderCanonical,
  type AuditEntry,
  type EntryDraft,
} from "../../audit/entry.ts";
import { renderEntryMessage } from "../../audit/message.ts";
import { plainText } from "../../audit/plain-text.ts";
import { inertWords } from "../../change/inert-words.ts";
import type { ChainLink, Commit, Signature } from "../../ports/repository.ts";
import { sha256Hex } from "../digest.ts";
import { commitSeconds } from "./judge-main.ts";

/** Who commits to the audit branch, whoever runs it. */
const RECORDER = { name: "modeltrail", email: "modeltrail@localhost" } as const;
const LONGEST_NAME = 200;
const LONGEST_LIST = 2000;

/** An entry in its place, with what it is written as. */
export interface SealedEntry {
  readonly entry: AuditEntry;
  /** SHA-256 of the entry's bytes: `prev` of the next. */
  readonly digest: string;
  readonly link: ChainLink;
}

/** Gives a draft its place behind an entry; `source` is its commit of the main branch. */
export function sealEntry(
  draft: EntryDraft,
  { seq, prev }: Pick<AuditEntry, "seq" | "prev">,
  source: Commit,
): SealedEntry {
  const entry: AuditEntry = { ...draft, seq, prev };
  const text = renderCanonical(entry);
  const content = new TextEncoder().encode(text);
  return { entry, digest: sha256Hex(text), link: entryLink({ entry, content }, source) };
}

/** The commit of an entry, made of the bytes that it is written as. */
export function entryLink(
  { entry, content }: { readonly entry: AuditEntry; readonly content: Uint8Array },
  source: Commit,
): ChainLink {
  return {
    files: [{ path: entryPath(entry.seq), content }],
    message: renderEntryMessage(entry, inertWords),
    ...signaturesOf(source),
  };
}

/** What the forge knew of an entry, as it is written. */
export interface EnrichmentPart {
  /** Of the entry. */
  readonly seq: number;
  readonly content: Uint8Array;
}

/**
 * The commit of enrichments, in the order of their entries. It follows from them alone: it is dated as the commit of
 * the main branch, `source`, that the last of them is about.
 */
export function enrichmentLink(parts: readonly EnrichmentPart[], source: Commit): ChainLink {
  const numbers = parts.map(({ seq }) => seq);
  const what = numbers.length === 1 ? `entry ${numbers[0]}` : `${numbers.length} entries`;
  const listed = numbers.join(", ").slice(0, LONGEST_LIST);
  const { committer } = signaturesOf(source);
  return {
    files: parts.map(({ seq, content }) => ({ path: enrichmentPath(seq), content })),
    message: `enrichment: ${what}\n\nWhat the forge knew of ${listed}.\n`,
    author: committer,
    committer,
  };
}

/** Author and committer of what is recorded of a commit: the same for every recorder, now and later. */
function signaturesOf({ author, committer }: Commit): Pick<ChainLink, "author" | "committer"> {
  const date = { seconds: commitSeconds(committer.seconds), timezone: "+0000" };
  return { author: { ...plainSignature(author), ...date }, committer: { ...RECORDER, ...date } };
}

function plainSignature({ name, email }: Signature): Pick<Signature, "name" | "email"> {
  return { name: headerText(name) || "unknown", email: headerText(email) };
}

/**
 * As Git writes names: without brackets, and without the punctuation around them that it takes away. An escape begins with
 * such a mark itself: it is made after that, and stands in brackets at the beginning.
 */
function headerText(text: string): string {
  const cut = /^[\s.,:;<>"\\']+|[\s.,:;<>"\\']+$/g;
  const bare = text
    .slice(0, 5 * LONGEST_NAME)
    .replaceAll(/[<>]/g, "")
    .replace(cut, "");
  return plainText(bare, LONGEST_NAME).replace(/^\\u(\{[0-9a-f]+\}|[0-9a-f]{4})/, "[$&]");
}
