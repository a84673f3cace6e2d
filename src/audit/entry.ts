import canonicalize from "canonicalize";
import type { Transition } from "../registry/transition.ts";

/** What `schema` of an entry says. */
export const ENTRY_SCHEMA = "modeltrail.dev/audit/v1";

/** What stands for "none" where a SHA-256 is expected. */
export const NO_DIGEST = "0".repeat(64);

/** No entry is longer; a file that is was not written by a recorder. */
export const MAX_ENTRY_BYTES = 64 * 1024;

const PER_FOLDER = 1000;
const MAX_SEQ = 999_999_999;

/** One transition that reached the main branch. Absent fields are left out, never null. */
export interface AuditEntry extends EntryDraft {
  /** From 1, without gaps. */
  readonly seq: number;
  /** SHA-256 of the bytes of the entry before; 64 zeros for the first. */
  readonly prev: string;
}

/** An entry before it has its place in the chain: it follows from the main branch alone. */
export interface EntryDraft {
  readonly schema: string;
  /** The commit of the main branch. */
  readonly source: string;
  /** Which of the commit's transitions this is, from 1, and how many there are. */
  readonly index: number;
  readonly of: number;
  readonly kind: Transition["kind"];
  readonly model?: string;
  /** Also of an edit that leaves the stage's file such that nobody can read it. */
  readonly stage?: string;
  /** What the stage held; left out where it was empty, or its file could not be read. */
  readonly from?: string;
  /** Only there, and true, where the stage's file could not be read before. */
  readonly wasBroken?: true;
  /** The version that came, or that was registered or yanked. */
  readonly to?: string;
  /** Of an edit, from the repository's root. */
  readonly file?: string;
  /** Digest of the artifact of `to`. */
  readonly digest?: string;
  /** SHA-256 of modeltrail.yaml at the first parent; 64 zeros where there is none. */
  readonly policy: string;
  /** Version of the judge's rules. */
  readonly rules: number;
  readonly verdict: EntryVerdict;
  /** Committer time of `source`, RFC 3339 in UTC. */
  readonly committedAt: string;
}

/** What the gates that files and history decide said of the whole commit. */
export interface EntryVerdict {
  readonly result: "pass" | "unverified";
  /** Gate to status. */
  readonly gates: Readonly<Record<string, string>>;
  readonly findings: readonly EntryFinding[];
  /** How many findings were left out. */
  readonly more: number;
}

export interface EntryFinding {
  readonly code: string;
  readonly gate: string;
  /** From the repository's root. */
  readonly file?: string;
  readonly line?: number;
  readonly message: string;
}

/** RFC 8785, and a newline: the bytes that `prev` of the next entry is the SHA-256 of. */
export function renderCanonical(value: object): string {
  return `${canonicalize(value) ?? ""}\n`;
}

/** Where an entry lies on its branch. */
export function entryPath(seq: number): string {
  return `entries/${numberedPath(seq)}`;
}

/** Where what only the forge knew of an entry lies. */
export function enrichmentPath(seq: number): string {
  return `enrichment/${numberedPath(seq)}`;
}

function numberedPath(seq: number): string {
  const folder = String(Math.floor(seq / PER_FOLDER)).padStart(6, "0");
  return `${folder}/${String(seq).padStart(9, "0")}.json`;
}

/** Which entry, or what of it, a path of the audit branch holds; undefined for what has no business there. */
export function parseAuditPath(
  path: string,
): { readonly kind: "entry" | "enrichment"; readonly seq: number } | undefined {
  const [, folder = "", digits] = /^(entries|enrichment)\/\d{6}\/(\d{9})\.json$/.exec(path) ?? [];
  const seq = Number(digits);
  if (!(seq >= 1 && seq <= MAX_SEQ)) return undefined;
  if (folder === "entries") return entryPath(seq) === path ? { kind: "entry", seq } : undefined;
  return enrichmentPath(seq) === path ? { kind: "enrichment", seq } : undefined;
}

/** How many entries the folder of the entry `seq` holds when it is the last, and how many folders there are. */
export function expectedShape(seq: number): { readonly folders: number; readonly inLast: number } {
  const folder = Math.floor(seq / PER_FOLDER);
  return { folders: folder + 1, inLast: folder === 0 ? seq : seq - folder * PER_FOLDER + 1 };
}
