import { ENTRY_SCHEMA, renderCanonical, type AuditEntry } from "./entry.ts";

/** A file of the audit branch as it was read. */
export type EntryReading =
  { readonly ok: true; readonly entry: AuditEntry } | { readonly ok: false; readonly problem: string };

const KINDS = new Set(["register", "promote", "rollback", "retire", "yank", "edit", "config", "deploy"]);
const OPTIONAL = ["model", "stage", "from", "to", "file", "digest"];
const REQUIRED = [
  "schema",
  "seq",
  "source",
  "index",
  "of",
  "kind",
  "policy",
  "rules",
  "verdict",
  "committedAt",
  "prev",
];
const KNOWN = new Set([...REQUIRED, ...OPTIONAL, "wasBroken"]);

export type Fields = Readonly<Record<string, unknown>>;

/** Reads an entry strictly: every field by its form, and the bytes as they are written. */
export function parseEntry(text: string): EntryReading {
  const value = parseObject(text);
  if (value === undefined) return wrong("it is no JSON object");
  const problem = entryProblem(value);
  if (problem !== undefined) return wrong(problem);
  if (canonicalOf(value) !== text) return wrong("its bytes are not the canonical form of what it says");
  return { ok: true, entry: value as unknown as AuditEntry };
}

function wrong(problem: string): EntryReading {
  return { ok: false, problem };
}

/** A text that is no Unicode has no canonical form. */
function canonicalOf(value: object): string | undefined {
  try {
    return renderCanonical(value);
  } catch {
    return undefined;
  }
}

function entryProblem(fields: Fields): string | undefined {
  if (fields["schema"] !== ENTRY_SCHEMA) return `schema is not ${ENTRY_SCHEMA}`;
  const unknown = Object.keys(fields).find((name) => !KNOWN.has(name));
  if (unknown !== undefined) return "it has a field that entries do not have";
  const bad = [
    ...["seq", "index", "of", "rules"].filter((name) => !isCount(fields[name], 1)),
    ...["policy", "prev"].filter((name) => !isMatch(fields[name], /^[0-9a-f]{64}$/)),
    ...OPTIONAL.filter((name) => fields[name] !== undefined && typeof fields[name] !== "string"),
    ...(isMatch(fields["source"], /^[0-9a-f]{40}$/) ? [] : ["source"]),
    ...(isMatch(fields["committedAt"], /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) ? [] : ["committedAt"]),
    ...(KINDS.has(fields["kind"] as string) ? [] : ["kind"]),
    ...([undefined, true].includes(fields["wasBroken"] as true | undefined) ? [] : ["wasBroken"]),
    ...(isVerdict(fields["verdict"]) ? [] : ["verdict"]),
  ];
  return bad.length === 0 ? undefined : `${bad.join(", ")}: not in the form of an entry`;
}

function isVerdict(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { result, gates, findings, more } = value;
  if ((result !== "pass" && result !== "unverified") || !isObject(gates) || !isCount(more, 0)) return false;
  if (!Object.values(gates).every((status) => typeof status === "string")) return false;
  return Array.isArray(findings) && findings.every(isFinding);
}

function isFinding(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { file, line } = value;
  const texts = [value["code"], value["gate"], value["message"], ...(file === undefined ? [] : [file])];
  return (
    texts.every((text) => typeof text === "string") &&
    (line === undefined || isCount(line, 1)) &&
    Object.keys(value).every((name) => ["code", "gate", "message", "file", "line"].includes(name))
  );
}

/** Undefined for what is no JSON, or no object of it. */
export function parseObject(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCount(value: unknown, least: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= least;
}

function isMatch(value: unknown, pattern: RegExp): boolean {
  return typeof value === "string" && pattern.test(value);
}
