import { entryPath, renderCanonical, type AuditEntry, type EntryDraft } from "../../audit/entry.ts";
import { renderEntryMessage } from "../../audit/message.ts";
import { plainText } from "../../audit/plain-text.ts";
import { inertWords } from "../../change/inert-words.ts";
import type { ChainLink, Commit, Signature } from "../../ports/repository.ts";
import { sha256Hex } from "../digest.ts";
import { commitSeconds } from "./judge-main.ts";

/** Who commits to the audit branch, whoever runs it. */
const RECORDER = { name: "modeltrail", email: "modeltrail@localhost" } as const;
const LONGEST_NAME = 200;

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
  return {
    entry,
    digest: sha256Hex(text),
    link: {
      files: [{ path: entryPath(seq), content: new TextEncoder().encode(text) }],
      message: renderEntryMessage(entry, inertWords),
      ...signaturesOf(source),
    },
  };
}

/** Author and committer of what is recorded of a commit: the same for every recorder, now and later. */
export function signaturesOf({ author, committer }: Commit): Pick<ChainLink, "author" | "committer"> {
  const date = { seconds: commitSeconds(committer.seconds), timezone: "+0000" };
  return { author: { ...plainSignature(author), ...date }, committer: { ...RECORDER, ...date } };
}

/** The recorder's own, on the date of a commit of the main branch. */
export function recorderSignatures(source: Commit): Pick<ChainLink, "author" | "committer"> {
  const { committer } = signaturesOf(source);
  return { author: committer, committer };
}

function plainSignature({ name, email }: Signature): Pick<Signature, "name" | "email"> {
  return { name: headerText(name) || "unknown", email: headerText(email) };
}

/** As Git writes names: without brackets, and without the punctuation around them that it takes away. */
function headerText(text: string): string {
  const cut = /^[\s.,:;<>"\\']+|[\s.,:;<>"\\']+$/g;
  return plainText(text, LONGEST_NAME).replaceAll(/[<>]/g, "").replace(cut, "");
}

/** Which parts of an entry's commit are not what a recorder writes. */
export function differingParts(found: Commit, entry: AuditEntry, source: Commit): readonly string[] {
  const { author, committer } = signaturesOf(source);
  return [
    ...(found.message === renderEntryMessage(entry, inertWords) ? [] : ["the message"]),
    ...(sameSignature(found.author, author) ? [] : ["the author"]),
    ...(sameSignature(found.committer, committer) ? [] : ["the committer"]),
  ];
}

function sameSignature(a: Signature, b: Signature): boolean {
  return a.name === b.name && a.email === b.email && a.seconds === b.seconds && a.timezone === b.timezone;
}
