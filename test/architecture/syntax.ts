import { parseAst } from "vitest/node";

/** A node of the syntax tree, with the fields of ESTree. */
export interface Node {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** One `import` or `export … from`, in any of its forms. */
export interface ImportSite {
  readonly specifier: string;
  readonly typeOnly: boolean;
  readonly dynamic: boolean;
  /** The names on the other side; `*` for all of them. */
  readonly names: readonly string[];
  /** What the whole module is called here, where it has a name. */
  readonly namespace: string | undefined;
}

/** Parses a source file; TypeScript's own parser has no interface for programs. */
export function parseSource(text: string, path: string): Node {
  return parseAst(text, { lang: languageOf(path) }, path) as unknown as Node;
}

function languageOf(path: string): "dts" | "ts" | "js" {
  if (path.endsWith(".d.ts")) return "dts";
  return path.endsWith(".ts") ? "ts" : "js";
}

/** A node and everything below it, each with its parent. */
export function* nodesOf(node: Node, parent?: Node): Generator<{ node: Node; parent: Node | undefined }> {
  yield { node, parent };
  for (const value of Object.values(node)) {
    const children: unknown[] = Array.isArray(value) ? value : [value];
    for (const below of children) if (isNode(below)) yield* nodesOf(below, node);
  }
}

export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

/** The field of a node that holds a node. */
export function child(node: Node | undefined, field: string): Node | undefined {
  const value = node?.[field];
  return isNode(value) ? value : undefined;
}

/** The name that an identifier, or a string used as one, stands for. */
export function nameOf(node: Node | undefined): string | undefined {
  const name = node?.["name"] ?? node?.["value"];
  return typeof name === "string" ? name : undefined;
}

export function importsOf(program: Node): ImportSite[] {
  const sites: ImportSite[] = [];
  for (const { node } of nodesOf(program)) {
    const source = child(node, "source");
    if (source === undefined) continue;
    sites.push(siteOf(node, nameOf(source) ?? "(computed)"));
  }
  return sites;
}

function siteOf(node: Node, specifier: string): ImportSite {
  const dynamic = node.type === "ImportExpression";
  if (dynamic || node.type === "TSImportType") {
    return { specifier, typeOnly: !dynamic, dynamic, names: ["*"], namespace: undefined };
  }
  const parts = ((node["specifiers"] ?? []) as unknown[]).filter(isNode);
  const named = parts.filter((part) => part.type === "ImportSpecifier" || part.type === "ExportSpecifier");
  const whole = parts.find((part) => !named.includes(part));
  const isType = (part: Node): boolean => (part["importKind"] ?? part["exportKind"]) === "type";
  return {
    specifier,
    typeOnly: isType(node) || (parts.length > 0 && parts.every(isType)),
    dynamic,
    names: [
      ...named.map((part) => nameOf(child(part, "imported") ?? child(part, "local")) ?? "*"),
      ...(whole !== undefined || node.type === "ExportAllDeclaration" ? ["*"] : []),
    ],
    namespace: nameOf(child(whole, "local")),
  };
}
