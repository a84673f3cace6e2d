import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { ModeltrailError } from "../../diagnostics/errors.ts";

/** Values by lower-case section and name, `remote.origin.url`; the last of several counts. */
export type GitConfig = ReadonlyMap<string, readonly string[]>;

const MAX_INCLUDES = 10;

export function lastValue(config: GitConfig, key: string): string | undefined {
  return config.get(key)?.at(-1);
}

/** Git's truth: a name without a value is true. */
export function isTrue(value: string | undefined): boolean {
  return value !== undefined && /^(|true|yes|on|[1-9]\d*)$/i.test(value);
}

/** A truth value that much hangs on: rejects with GIT for one that is neither, as git does. */
export function parseBoolean(key: string, value: string | undefined): boolean | undefined {
  if (value === undefined || isTrue(value)) return value === undefined ? undefined : true;
  if (/^(false|no|off|0+)$/i.test(value)) return false;
  throw new ModeltrailError("GIT", `Git's configuration says ${key} = ${JSON.stringify(value)}`, {
    hint: `set it to true or false: \`git config ${key} true\``,
  });
}

/** Later files override earlier ones, as in Git. Missing files are empty. */
export async function readConfigFiles(paths: readonly string[], depth = 0): Promise<GitConfig> {
  const all = new Map<string, string[]>();
  for (const path of paths) {
    const text = await readFile(path, "utf8").catch(() => "");
    for (const [key, value] of parseConfig(text)) {
      add(all, key, value);
      if (key !== "include.path" || depth >= MAX_INCLUDES) continue;
      const included = await readConfigFiles([resolveInclude(value, path)], depth + 1);
      for (const [name, values] of included) for (const one of values) add(all, name, one);
    }
  }
  return all;
}

/** The output of `git config --list -z`. */
export function parseConfigList(output: string): GitConfig {
  const all = new Map<string, string[]>();
  for (const item of output.split("\0")) {
    if (item === "") continue;
    const cut = item.indexOf("\n");
    add(all, cut < 0 ? item : item.slice(0, cut), cut < 0 ? "" : item.slice(cut + 1));
  }
  return all;
}

export function parseConfig(text: string): readonly (readonly [string, string])[] {
  const found: [string, string][] = [];
  let section = "";
  for (const line of logicalLines(text)) {
    const header = /^\s*\[\s*([-.\w]+)(?:\s+"((?:[^"\\]|\\.)*)")?\s*\]/.exec(line);
    if (header !== null) {
      const sub = header[2]?.replace(/\\(.)/g, "$1");
      section = (header[1] ?? "").toLowerCase() + (sub === undefined ? "" : `.${sub}`);
    }
    const rest = header === null ? line : line.slice(header[0].length);
    const entry = /^\s*([A-Za-z][-A-Za-z0-9]*)\s*(?:=(.*))?$/s.exec(stripBareComment(rest));
    if (entry === null || section === "") continue;
    found.push([`${section}.${(entry[1] ?? "").toLowerCase()}`, parseValue(entry[2] ?? "")]);
  }
  return found;
}

function logicalLines(text: string): string[] {
  return text
    .replace(/^\uFEFF/, "")
    .replace(/\r\n/g, "\n")
    .replace(/\\\n/g, "")
    .split("\n");
}

function stripBareComment(line: string): string {
  return /^\s*[#;]/.test(line) ? "" : line.includes("=") ? line : line.replace(/\s*[#;].*$/s, "");
}

function parseValue(text: string): string {
  let value = "";
  let kept = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    let char = text.charAt(at);
    if (char === '"') {
      quoted = !quoted;
      kept = value.length;
      continue;
    }
    if (!quoted && (char === "#" || char === ";")) break;
    if (!quoted && value === "" && kept === 0 && /\s/.test(char)) continue;
    const escaped = char === "\\";
    if (escaped) char = { n: "\n", t: "\t", b: "\b" }[text.charAt(++at)] ?? text.charAt(at);
    value += char;
    if (quoted || escaped || !/\s/.test(char)) kept = value.length;
  }
  return value.slice(0, kept);
}

function resolveInclude(value: string, from: string): string {
  if (value.startsWith("~/")) return join(homedir(), value.slice(2));
  return isAbsolute(value) ? value : join(dirname(from), value);
}

function add(all: Map<string, string[]>, key: string, value: string): void {
  const values = all.get(key);
  if (values === undefined) all.set(key, [value]);
  else values.push(value);
}
