import { posix } from "node:path";
import {
  ADAPTER_PACKAGES,
  DRAWER_NAMES,
  GIT_RED_LINES,
  IMPURE_GLOBALS,
  type Layer,
  LAYERS,
  MAX_LINES,
} from "./layers.ts";
import { child, type ImportSite, importsOf, nameOf, type Node, nodesOf, parseSource } from "./syntax.ts";

/** A rule that a file breaks. `rule` is stable; the planted breaches of the test name it. */
export interface Breach {
  readonly rule: string;
  readonly file: string;
  readonly what: string;
}

type Report = (rule: string, what: string) => void;

interface Source {
  readonly path: string;
  readonly text: string;
  readonly program: Node;
  readonly imports: readonly ImportSite[];
  readonly layerName: string;
  readonly layer: Layer | undefined;
}

/** Everything in these files (path from the repository's root -> text) that breaks the architecture. */
export function findBreaches(files: ReadonlyMap<string, string>): Breach[] {
  const breaches: Breach[] = [];
  const sources = [...files].map(([path, text]) => readSource(path, text));
  for (const source of sources) {
    const report: Report = (rule, what) => breaches.push({ rule, file: source.path, what });
    checkFile(source, report);
    checkImports(source, report);
    if (source.layer?.pure) checkPurity(source, report);
    if (source.layer?.typesOnly) checkTypesOnly(source, report);
    checkGit(source, report);
  }
  return [...breaches, ...findSecondDoors(sources)];
}

/** The layer of a path: a folder of src/, `index`, or `action`. */
export function layerOf(path: string): string {
  if (path.startsWith("action/src/")) return "action";
  const [, first = "", ...rest] = path.split("/");
  return rest.length > 0 ? first : first.replace(/\.(ts|js)$/, "");
}

function readSource(path: string, text: string): Source {
  const program = parseSource(text, path);
  const layerName = layerOf(path);
  return { path, text, program, imports: importsOf(program), layerName, layer: LAYERS[layerName] };
}

function checkFile({ path, text, program, layer }: Source, report: Report): void {
  if (layer === undefined) report("unknown-layer", "not in the table of layers");
  const generated = path.includes(".generated.");
  const lines = text.split("\n").length - 1;
  if (!generated && lines > MAX_LINES) report("too-long", `${lines} lines`);
  for (const part of path.split("/")) {
    const name = part.replace(/(\.generated)?(\.d)?\.(ts|js)$/, "");
    if (DRAWER_NAMES.test(name)) report("drawer-name", part);
    if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) report("file-name", part);
  }
  if (generated) return;
  const suppression = /@ts-(ignore|nocheck|expect-error)|(eslint|oxlint)-disable|prettier-ignore/.exec(text);
  if (suppression !== null) report("suppression", suppression[0]);
  for (const { node } of nodesOf(program)) {
    if (node.type === "TSAnyKeyword") report("any", "any");
    if (node.type === "ExportDefaultDeclaration") report("default-export", "export default");
  }
}

function checkImports(source: Source, report: Report): void {
  for (const site of source.imports) {
    if (site.specifier.startsWith(".")) checkOwnImport(source, site, report);
    else if (!site.specifier.startsWith("node:")) checkPackage(source, site, report);
    else if (source.layer?.pure) report("impure-import", site.specifier);
  }
}

function checkOwnImport({ path, layerName, layer }: Source, site: ImportSite, report: Report): void {
  const target = posix.join(posix.dirname(path), site.specifier);
  if (!/^(action\/)?src\//.test(target)) return report("leaves-src", site.specifier);
  if (!/\.(ts|js)$/.test(target)) report("extension", site.specifier);
  const to = layerOf(target);
  const known = [layerName, ...(layer?.code ?? []), ...(site.typeOnly ? (layer?.types ?? []) : [])];
  if (!known.includes(to)) report("layer", `${layerName} imports ${to}: ${site.specifier}`);
  if (to === "adapters") checkAdapterImport(path, target, { site, report });
}

function checkAdapterImport(
  path: string,
  target: string,
  { site, report }: { site: ImportSite; report: Report },
): void {
  const fromAdapter = layerOf(path) === "adapters";
  if (fromAdapter && adapterOf(path) !== adapterOf(target)) report("adapter-to-adapter", site.specifier);
  // Loading an SDK takes longer than most commands.
  if (!fromAdapter && !site.dynamic && !site.typeOnly) report("eager-adapter", site.specifier);
}

/** An adapter is a folder, or a single file, of src/adapters. */
function adapterOf(path: string): string {
  return (path.split("/")[2] ?? "").replace(/\.ts$/, "");
}

function checkPackage({ path, layerName, layer }: Source, site: ImportSite, report: Report): void {
  const allowed =
    layerName === "adapters" ? (ADAPTER_PACKAGES[adapterOf(path)] ?? []) : (layer?.packages ?? []);
  const name = packageOf(site.specifier);
  const matches = allowed.some((entry) =>
    entry.endsWith("/*") ? name.startsWith(entry.slice(0, -1)) : name === entry,
  );
  if (!matches) report("package", site.specifier);
}

function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

function checkPurity({ program }: Source, report: Report): void {
  for (const { node, parent } of nodesOf(program)) {
    const waits = node.type === "AwaitExpression" || node.type === "ImportExpression";
    if (waits || node["async"] === true || node["await"] === true) report("async", node.type);
    if (node.type === "Identifier" && !isOnlyAName(node, parent)) checkName(node, parent, report);
  }
}

function checkName(node: Node, parent: Node | undefined, report: Report): void {
  const name = nameOf(node) ?? "";
  const member = parent?.type === "MemberExpression" ? nameOf(child(parent, "property")) : undefined;
  if (IMPURE_GLOBALS.includes(name)) report("impure-global", name);
  if (name === "Date" && member !== "parse" && member !== "UTC") report("clock", `Date.${member ?? "()"}`);
  if (name === "Math" && member === "random") report("randomness", "Math.random");
  // The order and the words of these depend on the machine's language.
  if (/^(locale|toLocale|Intl$)/.test(name)) report("locale", name);
}

/** True for an identifier that names a property, a key or a member of a type, and refers to nothing. */
function isOnlyAName(node: Node, parent: Node | undefined): boolean {
  if (parent === undefined) return false;
  if (nameOf(node)?.toLowerCase().includes("locale")) return false;
  if (parent.type === "MemberExpression")
    return child(parent, "property") === node && parent["computed"] !== true;
  const isKey = child(parent, "key") === node && parent["computed"] !== true;
  return isKey && !(parent["shorthand"] === true && child(parent, "value") === node);
}

const TYPE_STATEMENTS = ["TSInterfaceDeclaration", "TSTypeAliasDeclaration"];

function checkTypesOnly({ program, imports }: Source, report: Report): void {
  for (const site of imports) if (!site.typeOnly) report("not-a-type", site.specifier);
  for (const statement of (program["body"] ?? []) as Node[]) {
    if (child(statement, "source") !== undefined || TYPE_STATEMENTS.includes(statement.type)) continue;
    const declaration = child(statement, "declaration");
    if (declaration !== undefined && TYPE_STATEMENTS.includes(declaration.type)) continue;
    if (statement["exportKind"] !== "type") report("not-a-type", statement.type);
  }
}

function checkGit({ program, imports }: Source, report: Report): void {
  const sites = imports.filter((site) => site.specifier === "isomorphic-git" && !site.typeOnly);
  for (const site of sites) {
    const isWhole = site.names.includes("*") || site.names.includes("default");
    if (isWhole && site.namespace === undefined && !site.dynamic)
      report("git-red-line", "the whole module, handed on");
  }
  const namespaces = sites.flatMap((site) => site.namespace ?? []);
  const taken = [...nodesOf(program)].flatMap(({ node, parent }) =>
    parent !== undefined && namespaces.includes(nameOf(node) ?? "") ? membersTaken(node, parent) : [],
  );
  // A module that is loaded later goes by any name: then no member at all may be called so.
  const members = sites.some((site) => site.dynamic)
    ? [...nodesOf(program)].flatMap(({ node }) => memberOf(node))
    : [];
  for (const name of [...sites.flatMap((site) => site.names), ...taken, ...members]) {
    if (name === undefined || GIT_RED_LINES.includes(name)) report("git-red-line", name ?? "not told which");
  }
  if (sites.length > 0 && logsByPath(program)) report("git-red-line", "log({ filepath })");
}

/** What an expression takes from a namespace: `git.walk`, `const { walk } = git`; undefined for "who knows". */
function membersTaken(node: Node, parent: Node): (string | undefined)[] {
  if (node.type !== "Identifier" || isOnlyAName(node, parent) || parent.type.startsWith("Import")) return [];
  if (parent.type === "MemberExpression" && child(parent, "object") === node) {
    return [parent["computed"] === true ? undefined : nameOf(child(parent, "property"))];
  }
  const pattern = parent.type === "VariableDeclarator" ? child(parent, "id") : undefined;
  if (pattern?.type !== "ObjectPattern") return [undefined];
  return ((pattern["properties"] ?? []) as Node[]).map((property) => nameOf(child(property, "key")));
}

/** The name of a member that an expression or pattern takes, or that a type picks. */
function memberOf(node: Node): string[] {
  const names = [
    child(node, "property"),
    child(node, "key"),
    node.type === "TSLiteralType" ? child(node, "literal") : undefined,
  ];
  return names.flatMap((named) => nameOf(named) ?? []);
}

/** True when anything called `log` is given a `filepath`. */
function logsByPath(program: Node): boolean {
  return [...nodesOf(program)].some(({ node }) => {
    const callee = node.type === "CallExpression" ? child(node, "callee") : undefined;
    const name = nameOf(child(callee, "property")) ?? nameOf(callee);
    if (name !== "log") return false;
    return [...nodesOf(node)].some((inner) => nameOf(child(inner.node, "key")) === "filepath");
  });
}

/** Packages that more than one adapter's file opens: each SDK has one door. */
function findSecondDoors(sources: readonly Source[]): Breach[] {
  const doors = new Map<string, Set<string>>();
  for (const { path, layerName, imports } of sources) {
    if (layerName !== "adapters") continue;
    for (const { specifier, typeOnly } of imports) {
      if (typeOnly || specifier.startsWith(".") || specifier.startsWith("node:")) continue;
      doors.set(specifier, (doors.get(specifier) ?? new Set()).add(path));
    }
  }
  return [...doors].flatMap(([specifier, paths]) =>
    paths.size === 1 ? [] : [...paths].map((file) => ({ rule: "second-door", file, what: specifier })),
  );
}
