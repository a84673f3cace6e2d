import type { OpenedContext } from "../../../src/composition/opened-context.ts";
import { entryPath, renderCanonical, type AuditEntry } from "../../../src/audit/entry.ts";
import { renderEntryMessage } from "../../../src/audit/message.ts";
import type { Signature } from "../../../src/ports/repository.ts";
import { inertWords } from "../../../src/change/inert-words.ts";
import { sha256 } from "../../builders/manifests.ts";

/** A commit of an audit branch, to be written again. */
export interface Forgery {
  path: string;
  text: string;
  message: string;
  author: Signature;
  committer: Signature;
}

const BRANCH = "modeltrail-audit";

/** The commits of the audit branch, oldest first. */
export async function readForgeries({ repository }: OpenedContext): Promise<Forgery[]> {
  const tip = (await repository.refs.resolve(BRANCH)) ?? "";
  const list: Forgery[] = [];
  for await (const { commit, changes } of repository.history.firstParent(tip)) {
    const [change] = changes;
    const [bytes = "too-large"] = await repository.objects.readBlobs([change?.after ?? ""], 1 << 20);
    const { message, author, committer } = commit;
    const text = bytes === "too-large" ? "" : new TextDecoder().decode(bytes);
    list.push({ path: change?.path ?? "", text, message, author, committer });
  }
  return list.toReversed();
}

export function entryOf({ text }: Forgery): AuditEntry {
  return JSON.parse(text) as AuditEntry;
}

/** An entry that says something else; its message follows, the chain behind it does not. */
export function rewrite(forgery: Forgery, change: Partial<AuditEntry>): Forgery {
  const entry = { ...entryOf(forgery), ...change };
  return { ...forgery, text: renderCanonical(entry), message: renderEntryMessage(entry, inertWords) };
}

/** Numbers and chains everything anew, as somebody would who knows how it works. */
export function rechain(list: readonly Forgery[]): Forgery[] {
  let prev = "0".repeat(64);
  return list.map((forgery, index) => {
    const next = { ...rewrite(forgery, { seq: index + 1, prev }), path: entryPath(index + 1) };
    prev = sha256(next.text);
    return next;
  });
}

/** Makes these commits the audit branch. */
export async function writeForgeries(context: OpenedContext, list: readonly Forgery[]): Promise<void> {
  const { refs, writer } = context.repository;
  const links = list.map(({ path, text, message, author, committer }) => ({
    files: [{ path, content: new TextEncoder().encode(text) }],
    message,
    author,
    committer,
  }));
  const value = (await writer.chain(undefined, links)).at(-1) ?? "";
  const name = `refs/heads/${BRANCH}`;
  await refs.update({ name, expected: (await refs.read(name)) ?? null, value, reason: "forge" });
}
