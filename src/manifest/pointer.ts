/** One more step of a JSON Pointer. */
export function appendPointer(pointer: string, key: string | number): string {
  if (typeof key === "number") return `${pointer}/${String(key)}`;
  return `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/** The keys of a JSON Pointer, unescaped; none for the root. */
export function parsePointer(pointer: string): readonly string[] {
  if (pointer === "") return [];
  return pointer
    .slice(1)
    .split("/")
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** The same few pointers are looked up in thousands of manifests. */
const KNOWN = new Map<string, readonly string[]>();
const MOST_KNOWN = 64;

function keysOf(pointer: string): readonly string[] {
  const known = KNOWN.get(pointer);
  if (known !== undefined) return known;
  const keys = parsePointer(pointer);
  if (KNOWN.size < MOST_KNOWN) KNOWN.set(pointer, keys);
  return keys;
}

/** A JSON Pointer as people write it: `spec.metrics[0].value`. */
export function renderPointer(pointer: string): string {
  let text = "";
  for (const key of parsePointer(pointer)) {
    if (/^[0-9]+$/.test(key)) text += `[${key}]`;
    else if (/^[A-Za-z_][-A-Za-z0-9_]*$/.test(key)) text += text === "" ? key : `.${key}`;
    else text += `[${shorten(JSON.stringify(key), 80)}]`;
  }
  return text === "" ? "the manifest" : text;
}

/** The value at a pointer; undefined where it leads nowhere. */
export function valueAt(root: unknown, pointer: string): unknown {
  let value = root;
  for (const key of keysOf(pointer)) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return value;
}

/** At most `length` characters of a text, with dots where some are left out. */
export function shorten(text: string, length: number): string {
  if (text.length <= length) return text;
  const cut = text.slice(0, length - 1).replace(/[\ud800-\udbff]$/, "");
  return `${cut}…`;
}
