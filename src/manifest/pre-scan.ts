import { CST, Lexer, Parser } from "yaml";
import type { ManifestLimits } from "./limits.ts";
import type { Problem } from "./problem.ts";

/** The tokens of a text that is safe to compose, or the first reason why it is not. */
export type PreScan =
  | { readonly ok: true; readonly tokens: readonly CST.Token[] }
  | { readonly ok: false; readonly problem: Problem };

/** Parts of YAML that programs read differently, or that make a small text large. */
const FORBIDDEN_LEXEMES: ReadonlyMap<CST.TokenType, string> = new Map([
  ["anchor", "an anchor (&)"],
  ["alias", "an alias (*)"],
  ["tag", "a tag (!)"],
  ["directive-line", "a directive (%)"],
  ["explicit-key-ind", "a complex key (?)"],
  ["byte-order-mark", "a byte order mark"],
]);

const NODES: ReadonlySet<string> = new Set([
  "scalar",
  "single-quoted-scalar",
  "double-quoted-scalar",
  "block-scalar",
  "block-map",
  "block-seq",
  "flow-collection",
]);
/** The lexer's own marks; they are not part of the text. */
const MARKS: ReadonlySet<string> = new Set(["scalar", "doc-mode", "flow-error-end"]);
const COLLECTIONS: ReadonlySet<string> = new Set(["block-map", "block-seq", "flow-collection"]);

interface Lexemes {
  readonly limits: ManifestLimits;
  readonly all: string[];
  offset: number;
  flowDepth: number;
}

interface Scan {
  readonly limits: ManifestLimits;
  readonly parser: Parser;
  readonly tokens: CST.Token[];
  nodes: number;
  documents: number;
}

/**
 * Looks through the lexemes and the concrete syntax of a text without making values of it, in linear time and
 * bounded memory, and stops at the first thing that no manifest may hold. Composing comes only after this: it
 * recurses, and some inputs make it take minutes or end the process.
 */
export function preScan(text: string, limits: ManifestLimits): PreScan {
  const lexemes: Lexemes = { limits, all: [], offset: 0, flowDepth: 0 };
  const problem = scanLexemes(lexemes, text);
  if (problem !== undefined) return { ok: false, problem };
  const scan: Scan = { limits, parser: new Parser(), tokens: [], nodes: 0, documents: 0 };
  const found = scanSyntax(scan, lexemes.all);
  return found === undefined ? { ok: true, tokens: scan.tokens } : { ok: false, problem: found };
}

function scanLexemes(lexemes: Lexemes, text: string): Problem | undefined {
  // After its mark comes the text of a scalar, whatever that looks like.
  let isScalar = false;
  for (const lexeme of new Lexer().lex(text)) {
    lexemes.all.push(lexeme);
    if (lexemes.all.length > lexemes.limits.lexemes)
      return tooLarge(lexemes.offset, `more than ${String(lexemes.limits.lexemes)} tokens`);
    const type: CST.TokenType | null | undefined = isScalar ? undefined : CST.tokenType(lexeme);
    const problem = type === undefined ? undefined : refuseLexeme(lexemes, type, lexeme);
    if (problem !== undefined) return problem;
    isScalar = type === "scalar";
    if (type === undefined || type === null || !MARKS.has(type)) lexemes.offset += lexeme.length;
  }
  return undefined;
}

function scanSyntax(scan: Scan, lexemes: readonly string[]): Problem | undefined {
  const { parser, limits } = scan;
  for (const lexeme of lexemes) {
    const problem = takeTokens(scan, parser.next(lexeme));
    if (problem !== undefined) return problem;
    if (parser.stack.length > limits.depth && depthOf(parser.stack) > limits.depth)
      return tooDeep(limits, parser.offset);
  }
  return takeTokens(scan, parser.end());
}

function refuseLexeme(lexemes: Lexemes, type: CST.TokenType | null, lexeme: string): Problem | undefined {
  const { limits, offset } = lexemes;
  if (type === null) return { code: "YAML_SYNTAX", offset: offset, message: "This is no YAML" };
  const forbidden = FORBIDDEN_LEXEMES.get(type);
  if (forbidden !== undefined) {
    return { code: "YAML_FORBIDDEN", offset: offset, message: `A manifest does without ${forbidden}` };
  }
  if (type === "space" && lexeme.includes("\t")) {
    return {
      code: "YAML_SYNTAX",
      offset: offset,
      message: "A tab stands where YAML 1.1 wants blanks",
      hint: "Use blanks.",
    };
  }
  if (type === "flow-seq-start" || type === "flow-map-start") lexemes.flowDepth += 1;
  if (type === "flow-seq-end" || type === "flow-map-end") lexemes.flowDepth -= 1;
  return lexemes.flowDepth > limits.depth ? tooDeep(limits, offset) : undefined;
}

function takeTokens(scan: Scan, tokens: Iterable<CST.Token>): Problem | undefined {
  for (const token of tokens) {
    if (token.type === "error")
      return { code: "YAML_SYNTAX", offset: token.offset, message: `This is no YAML: ${token.message}` };
    if (token.type === "document") {
      scan.documents += 1;
      if (scan.documents > 1) {
        return {
          code: "YAML_FORBIDDEN",
          offset: token.offset,
          message: "A second document begins here: a manifest is one document",
        };
      }
      const problem = countNodes(scan, token.value);
      if (problem !== undefined) return problem;
    }
    scan.tokens.push(token);
  }
  return undefined;
}

/** Counts keys, scalars, maps and lists; the depth is within its limit already. */
function countNodes(scan: Scan, token: CST.Token | null | undefined): Problem | undefined {
  if (token === null || token === undefined) return undefined;
  if (NODES.has(token.type)) scan.nodes += 1;
  if (scan.nodes > scan.limits.nodes) {
    return tooLarge(token.offset, `more than ${String(scan.limits.nodes)} values`);
  }
  if (!("items" in token)) return undefined;
  for (const item of token.items) {
    const problem = countNodes(scan, item.key) ?? countNodes(scan, item.value);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function depthOf(stack: readonly CST.Token[]): number {
  return stack.reduce((depth, token) => depth + (COLLECTIONS.has(token.type) ? 1 : 0), 0);
}

function tooLarge(offset: number, what: string): Problem {
  return { code: "YAML_TOO_LARGE", offset, message: `The file holds ${what}` };
}

function tooDeep({ depth }: ManifestLimits, offset: number): Problem {
  return tooLarge(offset, `more than ${String(depth)} levels`);
}
