import { findNearestName } from "./nearest-name.ts";
import type { ManifestKind } from "./parsed.ts";
import { appendPointer, parsePointer, renderPointer, shorten, valueAt } from "./pointer.ts";
import { MOST_PROBLEMS, type Problem } from "./problem.ts";
import { SHAPES, type Shape } from "./shapes.generated.ts";
import type { StrictDocument } from "./strict-yaml.ts";
import type { SchemaViolation } from "./validators.generated.js";

interface Subject {
  readonly kind: ManifestKind;
  readonly text: string;
  readonly document: StrictDocument;
}

/** Says for people how a value breaks the schema of its kind: one problem for each place, in their order. */
export function explainViolations(
  kind: ManifestKind,
  input: { readonly text: string; readonly document: StrictDocument },
  violations: readonly SchemaViolation[],
): readonly Problem[] {
  const subject = { kind, ...input };
  const problems = new Map<string, Problem>();
  for (const violation of violations) {
    // The rule about all keys of a map is reported once more for the map, with the key's name.
    if (violation.propertyName !== undefined) continue;
    const problem = explainViolation(subject, violation);
    const place = problem.pointer ?? "";
    if (!problems.has(place)) problems.set(place, problem);
    if (problems.size >= MOST_PROBLEMS) break;
  }
  return [...problems.values()];
}

function explainViolation(subject: Subject, violation: SchemaViolation): Problem {
  const { instancePath: pointer, keyword, params } = violation;
  if (keyword === "required") return explainMissing(subject, pointer, String(params["missingProperty"]));
  if (keyword === "additionalProperties")
    return explainUnknown(subject, pointer, String(params["additionalProperty"]));
  if (keyword === "propertyNames") return explainKey(subject, pointer, String(params["propertyName"]));
  const span = subject.document.spans.get(pointer);
  const name = renderPointer(pointer);
  const shown = showValue(subject, pointer);
  const offset = span?.at ?? 0;
  if (keyword === "type" && params["type"] === "string" && span?.style === "plain" && span.end > span.start) {
    const source = subject.text.slice(span.start, span.end);
    const message = `${name} must be a text, but ${source} without quotes is ${typeName(valueAt(subject.document.value, pointer))}`;
    return { code: "YAML_AMBIGUOUS", offset, pointer, message, hint: `Quote it: ${JSON.stringify(source)}` };
  }
  const message = `${name} must be ${describeRule(subject, violation)}, but is ${shown}`;
  return { code: "SCHEMA_INVALID", offset, pointer, message };
}

function explainMissing(subject: Subject, parent: string, field: string): Problem {
  const pointer = appendPointer(parent, field);
  const words = shapeAt(subject.kind, pointer)?.words;
  return {
    code: "MISSING_FIELD",
    offset: subject.document.spans.get(parent)?.at ?? 0,
    pointer,
    message: `${renderPointer(pointer)} is missing`,
    hint: `Add \`${field}:\` to ${renderPointer(parent)}${words === undefined ? "." : `: ${words}`}`,
  };
}

function explainUnknown(subject: Subject, parent: string, field: string): Problem {
  const pointer = appendPointer(parent, field);
  const known = Object.keys(shapeAt(subject.kind, parent)?.fields ?? {});
  const nearest = findNearestName(field, known);
  const hint = nearest === undefined ? `Fields here: ${known.join(", ")}.` : `Did you mean ${nearest}?`;
  return {
    code: "UNKNOWN_FIELD",
    offset: placeOf(subject, pointer),
    pointer,
    message: `${renderPointer(pointer)} is no field of a ${subject.kind}`,
    hint,
  };
}

function explainKey(subject: Subject, parent: string, key: string): Problem {
  const pointer = appendPointer(parent, key);
  return {
    code: "SCHEMA_INVALID",
    offset: placeOf(subject, pointer),
    pointer,
    message: `${renderPointer(parent)} must not have the key ${shorten(JSON.stringify(key), 80)}`,
    hint: "Keys are letters, digits, dashes, dots, slashes and underscores, and begin and end with a letter or digit.",
  };
}

/** Where the key itself stands. */
function placeOf(subject: Subject, pointer: string): number {
  return subject.document.spans.get(pointer)?.key ?? 0;
}

/** What the schema asks for, to be read after "must be". */
function describeRule(subject: Subject, { keyword, params, instancePath }: SchemaViolation): string {
  const limit = String(params["limit"]);
  switch (keyword) {
    case "const":
      return JSON.stringify(params["allowedValue"]);
    case "enum":
      return `one of ${(params["allowedValues"] as readonly unknown[]).map((value) => JSON.stringify(value)).join(", ")}`;
    case "type":
      return TYPE_NAMES.get(String(params["type"])) ?? String(params["type"]);
    case "maxLength":
      return `at most ${limit} characters long`;
    case "minLength":
      return "a text that is not empty";
    case "maxItems":
    case "maxProperties":
      return `at most ${limit} entries`;
    case "minItems":
      return `at least ${limit} ${limit === "1" ? "entry" : "entries"}`;
    case "minimum":
      return `at least ${limit}`;
    case "maximum":
      return `at most ${limit}`;
    default:
      return withinSentence(shapeAt(subject.kind, instancePath)?.words ?? "one line of text");
  }
}

/** "A name. More." becomes "a name (more)", to stand within a sentence. */
function withinSentence(words: string): string {
  const [first = "", ...more] = words.replace(/\.$/, "").split(". ").map(lowerFirst);
  return more.length === 0 ? first : `${first} (${more.join("; ")})`;
}

/** A name with capitals of its own keeps them: GitHub, SHA-256. */
function lowerFirst(text: string): string {
  return /^[A-Z][a-z]*[ ,:]/.test(text) ? `${text.charAt(0).toLowerCase()}${text.slice(1)}` : text;
}

const TYPE_NAMES: ReadonlyMap<string, string> = new Map([
  ["string", "a text"],
  ["number", "a number"],
  ["integer", "a whole number"],
  ["boolean", "true or false"],
  ["object", "a map"],
  ["array", "a list"],
]);

function typeName(value: unknown): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  return TYPE_NAMES.get(typeof value) ?? "no value";
}

function showValue(subject: Subject, pointer: string): string {
  const value = valueAt(subject.document.value, pointer);
  if (value === null) return "empty";
  if (typeof value === "object") return `${typeName(value)} of ${String(Object.keys(value).length)}`;
  return shorten(JSON.stringify(value), 80);
}

/** What the schema says of the value at a pointer. */
function shapeAt(kind: ManifestKind, pointer: string): Shape | undefined {
  return parsePointer(pointer).reduce<Shape | undefined>(
    (shape, key) => ownField(shape?.fields, key) ?? shape?.items ?? shape?.entries,
    SHAPES[kind],
  );
}

function ownField(fields: Readonly<Record<string, Shape>> | undefined, key: string): Shape | undefined {
  return fields !== undefined && Object.hasOwn(fields, key) ? fields[key] : undefined;
}
