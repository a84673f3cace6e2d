import { escapeJson } from "./escape.ts";

/** A document as indented JSON, inert in any log. */
export function renderJson(value: unknown): string {
  return `${escapeJson(JSON.stringify(value, undefined, 2))}\n`;
}

/** A document as one line of JSON. */
export function renderJsonLine(value: unknown): string {
  return `${escapeJson(JSON.stringify(value))}\n`;
}

/** A document as YAML in block style. Texts are quoted, so that YAML 1.1 and 1.2 read the same. */
export function renderYaml(value: unknown): string {
  const plain: unknown = JSON.parse(JSON.stringify(value));
  return `${renderBlock(plain, "").replace(/^\n/, "")}\n`;
}

/** A value behind its key or dash: a scalar on the same line, anything else below it. */
function renderBlock(value: unknown, indent: string): string {
  if (Array.isArray(value)) {
    if (value.length === 0) return " []";
    return value.map((item) => `\n${indent}-${renderItem(item, `${indent}  `)}`).join("");
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value);
    if (entries.length === 0) return " {}";
    return entries
      .map(([key, inner]) => `\n${indent}${renderKey(key)}:${renderBlock(inner, `${indent}  `)}`)
      .join("");
  }
  return ` ${renderScalar(value)}`;
}

/** YAML 1.1 takes a number with an exponent for a text unless it has a point. */
function renderScalar(value: unknown): string {
  if (typeof value === "string") return quote(value);
  const text = JSON.stringify(value);
  return typeof value === "number" ? text.replace(/^(-?\d+)e/, "$1.0e") : text;
}

/** A map in a list begins on the line of its dash. */
function renderItem(item: unknown, indent: string): string {
  const block = renderBlock(item, indent);
  return block.startsWith(`\n${indent}`) ? ` ${block.slice(indent.length + 1)}` : block;
}

function renderKey(key: string): string {
  return /^[A-Za-z][A-Za-z0-9]*$/.test(key) && !/^(y|n|yes|no|on|off|true|false|null)$/i.test(key)
    ? key
    : quote(key);
}

/** JSON's escapes are YAML's, but for characters beyond 16 bits. */
function quote(text: string): string {
  return escapeJson(JSON.stringify(text)).replace(
    /\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})/g,
    (_, high: string, low: string) => {
      const point =
        String.fromCharCode(Number.parseInt(high, 16), Number.parseInt(low, 16)).codePointAt(0) ?? 0;
      return `\\U${point.toString(16).padStart(8, "0")}`;
    },
  );
}
