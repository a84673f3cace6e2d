import { ModeltrailError } from "../../diagnostics/errors.ts";

/** A value of a JSON text. Numbers stay as they are written, since JSON.parse would round them. */
export interface JsonNode {
  /** Offset of its first character. */
  readonly at: number;
  readonly content:
    | { readonly kind: "text" | "number" | "word"; readonly text: string }
    | { readonly kind: "list"; readonly items: readonly JsonNode[] }
    | { readonly kind: "map"; readonly entries: ReadonlyMap<string, JsonNode> };
}

const MAX_DEPTH = 32;
const SPACE = /[ \t\r\n]*/y;
const STRING = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?(?![\w.+-])/y;
const WORD = /(?:true|false|null)(?!\w)/y;
/** What programs write for a number that is none; JSON has no such words. */
const NO_NUMBER = /[-+]?(?:NaN|Inf(?:inity)?)(?!\w)/iy;

/** Rejects with USAGE and the line, also for a key that stands twice in one object: JSON.parse takes the last. */
export function parseJsonText(text: string, path: string): JsonNode {
  const reader = new JsonReader(text, path);
  const node = reader.readValue(0);
  reader.requireEnd();
  return node;
}

/** A complaint about a place in a text. */
export function refuseAt(
  path: string,
  text: string,
  { at, problem }: { at: number; problem: string },
): never {
  const line = text.slice(0, at).split("\n").length;
  throw new ModeltrailError("USAGE", `${path}:${line}: ${problem}`, {
    hint: 'Write {"auc": 0.934}, {"metrics": {"auc": 0.934}} or [{"name": "auc", "value": 0.934, "dataset": "holdout"}].',
  });
}

class JsonReader {
  readonly #text: string;
  readonly #path: string;
  #at = 0;

  constructor(text: string, path: string) {
    this.#text = text;
    this.#path = path;
    this.#take(SPACE);
  }

  readValue(depth: number): JsonNode {
    const at = this.#at;
    if (depth > MAX_DEPTH) return this.#refuse("is nested too deeply");
    if (this.#takes("{")) return { at, content: { kind: "map", entries: this.#readEntries(depth) } };
    if (this.#takes("[")) return { at, content: { kind: "list", items: this.#readItems(depth) } };
    const string = this.#take(STRING);
    if (string !== undefined) return { at, content: { kind: "text", text: JSON.parse(string) as string } };
    const number = this.#take(NUMBER);
    if (number !== undefined) return { at, content: { kind: "number", text: number } };
    const word = this.#take(WORD);
    return word === undefined ? this.#refuse() : { at, content: { kind: "word", text: word } };
  }

  requireEnd(): void {
    if (this.#at < this.#text.length) this.#refuse();
  }

  #readItems(depth: number): readonly JsonNode[] {
    const items: JsonNode[] = [];
    if (this.#takes("]")) return items;
    do items.push(this.readValue(depth + 1));
    while (this.#takes(","));
    if (!this.#takes("]")) this.#refuse();
    return items;
  }

  #readEntries(depth: number): ReadonlyMap<string, JsonNode> {
    const entries = new Map<string, JsonNode>();
    if (this.#takes("}")) return entries;
    do {
      const at = this.#at;
      const key = this.#take(STRING);
      if (key === undefined || !this.#takes(":")) return this.#refuse();
      const name = JSON.parse(key) as string;
      if (entries.has(name))
        return refuseAt(this.#path, this.#text, { at, problem: `${key} stands twice in one object` });
      entries.set(name, this.readValue(depth + 1));
    } while (this.#takes(","));
    if (!this.#takes("}")) this.#refuse();
    return entries;
  }

  #takes(mark: string): boolean {
    if (!this.#text.startsWith(mark, this.#at)) return false;
    this.#at += mark.length;
    this.#take(SPACE);
    return true;
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const [found] = pattern.exec(this.#text) ?? [];
    if (found === undefined) return undefined;
    this.#at += found.length;
    if (pattern !== SPACE) this.#take(SPACE);
    return found;
  }

  #refuse(problem?: string): never {
    const at = this.#at;
    const none = this.#take(NO_NUMBER);
    const rest = JSON.stringify(this.#text.slice(at, at + 20));
    const found = at < this.#text.length ? `is no JSON at ${rest}` : "ends too early to be JSON";
    return refuseAt(this.#path, this.#text, {
      at,
      problem: problem ?? (none === undefined ? found : `${none} is no number that can be kept`),
    });
  }
}
