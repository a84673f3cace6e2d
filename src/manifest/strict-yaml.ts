import { Composer, isMap, type Document } from "yaml";
import type { ManifestLimits } from "./limits.ts";
import { shorten } from "./pointer.ts";
import { preScan } from "./pre-scan.ts";
import { MOST_PROBLEMS, type Problem } from "./problem.ts";
import { readNodes, type Span } from "./read-nodes.ts";

/** A text whose meaning YAML 1.1 and 1.2 agree on. */
export interface StrictDocument {
  readonly value: Readonly<Record<string, unknown>>;
  /** By JSON Pointer. */
  readonly spans: ReadonlyMap<string, Span>;
}

export type StrictResult =
  | { readonly ok: true; readonly document: StrictDocument }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Reads a text of at most `limits.bytes`, whose characters were looked at before, or says what is wrong with it. */
export function parseStrictYaml(text: string, limits: ManifestLimits): StrictResult {
  const scan = preScan(text, limits);
  if (!scan.ok) return { ok: false, problems: [scan.problem] };
  const composer = new Composer({
    version: "1.2",
    // Every scalar as its text: what it is, parsePlain decides.
    schema: "failsafe",
    stringKeys: true,
    // Quadratic there; readNodes finds them.
    uniqueKeys: false,
    merge: false,
    resolveKnownTags: false,
    prettyErrors: false,
    keepSourceTokens: false,
  });
  const [document] = composer.compose(scan.tokens, true, text.length);
  const problems = document === undefined ? [] : findSyntaxProblems(document);
  if (problems.length > 0) return { ok: false, problems };
  if (document === undefined || !isMap(document.contents)) {
    const message = "The file holds no map: a manifest begins with `apiVersion:`";
    return { ok: false, problems: [{ code: "YAML_SYNTAX", offset: 0, message }] };
  }
  const { value, spans, problems: found } = readNodes(text, document.contents);
  return found.length > 0 ? { ok: false, problems: found } : { ok: true, document: { value, spans } };
}

function findSyntaxProblems(document: Document.Parsed): readonly Problem[] {
  return [...document.errors, ...document.warnings].slice(0, MOST_PROBLEMS).map((error) => ({
    code: error.code === "NON_STRING_KEY" ? "YAML_FORBIDDEN" : "YAML_SYNTAX",
    offset: error.pos[0],
    message: `This is no YAML of a manifest: ${shorten(error.message, 200)}`,
  }));
}
