import type { Finding } from "../diagnostics/finding.ts";
import { makeFinding } from "../diagnostics/make-finding.ts";
import { decodeText, findForbiddenInText, nameCharacter } from "./characters.ts";
import { limitsOf } from "./limits.ts";
import { indexLines } from "./line-index.ts";
import type { ManifestByKind, ManifestKind, ManifestResult, ParsedManifest } from "./parsed.ts";
import { shorten } from "./pointer.ts";
import type { Problem } from "./problem.ts";
import { explainViolations } from "./schema-problems.ts";
import { hasSkipComment, SKIP_COMMENT } from "./skip-comment.ts";
import { parseStrictYaml, type StrictDocument } from "./strict-yaml.ts";
import { validateManifest } from "./validate.ts";

/**
 * Reads any manifest whose meaning YAML 1.1 and 1.2 agree on, or says everything that is wrong with it.
 * `path` is the file's, from the registry's root; findings carry it. Never throws, whatever the bytes; those of a
 * file beyond the limits may be left out.
 */
export function parseStrictManifest<K extends ManifestKind>(
  kind: K,
  bytes: Uint8Array | "too-large",
  path: string,
): ManifestResult<K> {
  const limits = limitsOf(kind);
  if (bytes === "too-large" || bytes.length > limits.bytes) {
    const message = `The file is larger than ${String(limits.bytes / 1024)} KiB`;
    return { ok: false, findings: [makeFinding("YAML_TOO_LARGE", { message, file: path })] };
  }
  const text = decodeText(bytes);
  if (text === undefined) return refuseBytes(bytes, path);
  const problem = findCharacterProblem(text);
  if (problem !== undefined) return refuse([problem], text, path);
  const parsed = parseStrictYaml(text, limits);
  if (!parsed.ok) return refuse(parsed.problems, text, path);
  return judge({ kind, text, path, document: parsed.document });
}

function refuseBytes(bytes: Uint8Array, path: string): ManifestResult<never> {
  const readable = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const offset = Math.max(0, readable.indexOf("\ufffd"));
  return refuse([{ code: "YAML_ENCODING", offset, message: "The file is not UTF-8" }], readable, path);
}

function findCharacterProblem(text: string): Problem | undefined {
  const offset = findForbiddenInText(text);
  if (offset === -1) return undefined;
  return { code: "YAML_ENCODING", offset, message: `The file holds ${nameCharacter(text, offset)}` };
}

interface Candidate<K extends ManifestKind> {
  readonly kind: K;
  readonly text: string;
  readonly path: string;
  readonly document: StrictDocument;
}

/** Holds a document to what manifests are beyond YAML: the comment, the kind, the schema. */
function judge<K extends ManifestKind>({ kind, text, path, document }: Candidate<K>): ManifestResult<K> {
  const problems: Problem[] = [];
  if (!hasSkipComment(text)) {
    problems.push({
      code: "SKIP_COMMENT_MISSING",
      offset: 0,
      message: `The line \`${SKIP_COMMENT}\` is missing above the first key`,
    });
  }
  const wrongKind = findWrongKind(kind, document);
  if (wrongKind !== undefined) return refuse([...problems, wrongKind], text, path);
  const validation = validateManifest(kind, document.value);
  if (!validation.ok) problems.push(...explainViolations(kind, { text, document }, validation.violations));
  if (problems.length > 0 || !validation.ok) return refuse(problems, text, path);
  return accept(validation.value, text, document);
}

function accept<K extends ManifestKind>(
  value: ManifestByKind[K],
  text: string,
  document: StrictDocument,
): ParsedManifest<ManifestByKind[K]> {
  let positionAt: ReturnType<typeof indexLines> | undefined;
  return {
    ok: true,
    value,
    text,
    positionOf: (pointer) => {
      const span = document.spans.get(pointer);
      positionAt ??= indexLines(text);
      return span === undefined ? undefined : positionAt(span.at);
    },
  };
}

function findWrongKind(kind: ManifestKind, { value, spans }: StrictDocument): Problem | undefined {
  const found = value["kind"];
  if (typeof found !== "string" || found === kind) return undefined;
  const message = `kind must be ${kind} here, but is ${shorten(JSON.stringify(found), 80)}`;
  return { code: "WRONG_KIND", offset: spans.get("/kind")?.at ?? 0, pointer: "/kind", message };
}

function refuse(
  problems: readonly Problem[],
  text: string,
  path: string,
): { readonly ok: false; readonly findings: readonly Finding[] } {
  const positionAt = indexLines(text);
  const findings = [...problems]
    .sort((a, b) => a.offset - b.offset)
    .map(({ code, message, offset, pointer, hint }) =>
      makeFinding(code, { message, file: path, ...positionAt(Math.min(offset, text.length)), pointer, hint }),
    );
  return { ok: false, findings };
}
