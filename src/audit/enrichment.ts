import { type Fields, isObject, parseObject } from "./parse-entry.ts";

/** What `schema` of an enrichment says. */
export const ENRICHMENT_SCHEMA = "modeltrail.dev/audit-enrichment/v1";

/** What only the forge knew of the commit behind an entry, when it was recorded. */
export interface Enrichment {
  readonly pullRequest?: EnrichedRequest;
  /** Who approved exactly what was merged. */
  readonly approvals?: readonly { readonly login: string; /** RFC 3339, UTC. */ readonly at: string }[];
  /** The workflow run that recorded it. */
  readonly run?: { readonly id: string; readonly url: string };
  /** What the gates said that files cannot decide. */
  readonly gates?: Readonly<Partial<Record<"artifact" | "approvals", EnrichedGate>>>;
  /** RFC 3339, UTC. */
  readonly recordedAt: string;
}

export interface EnrichedRequest {
  readonly number: number;
  readonly url: string;
  readonly title: string;
  readonly author: string;
  readonly mergedBy?: string;
}

export interface EnrichedGate {
  readonly state: string;
  readonly description: string;
}

/** An enrichment as it lies beside its entry, outside of the chain. */
export interface EnrichmentFile extends Enrichment {
  readonly schema: string;
  /** Of the entry. */
  readonly seq: number;
  /** The commit of the main branch that the entry is about. */
  readonly source: string;
}

/** Reads an enrichment; undefined for what is none. It proves nothing, so its form is all that is asked. */
export function parseEnrichment(text: string, seq: number): EnrichmentFile | undefined {
  const value = parseObject(text);
  if (value?.["schema"] !== ENRICHMENT_SCHEMA || value["seq"] !== seq) return undefined;
  return isSound(value) ? (value as unknown as EnrichmentFile) : undefined;
}

function isSound(value: Fields): boolean {
  const { pullRequest, approvals = [], run, gates = {} } = value;
  return (
    hasTexts(value, ["source", "recordedAt"]) &&
    (pullRequest === undefined || isRequest(pullRequest)) &&
    Array.isArray(approvals) &&
    approvals.every((approval) => hasTexts(approval, ["login", "at"])) &&
    (run === undefined || hasTexts(run, ["id", "url"])) &&
    isObject(gates) &&
    Object.values(gates).every((gate) => hasTexts(gate, ["state", "description"]))
  );
}

function isRequest(value: unknown): boolean {
  if (!isObject(value) || !Number.isSafeInteger(value["number"])) return false;
  const { mergedBy = "" } = value;
  return hasTexts(value, ["url", "title", "author"]) && typeof mergedBy === "string";
}

function hasTexts(value: unknown, names: readonly string[]): boolean {
  return isObject(value) && names.every((name) => typeof value[name] === "string");
}
