import { isMap, isScalar, isSeq, type Node, type Pair, type Scalar, type YAMLMap, type YAMLSeq } from "yaml";
import { isForbiddenKey } from "./canonical.ts";
import { findForbiddenInValue, nameCharacter } from "./characters.ts";
import { findOddKey, findOddScalar } from "./odd-writing.ts";
import { parsePlain } from "./plain-scalar.ts";
import { appendPointer, renderPointer, shorten } from "./pointer.ts";
import { MOST_PROBLEMS, type Problem } from "./problem.ts";

/** Where a value stands in a text. */
export interface Span {
  /** Its key; the value itself in a list. */
  readonly key: number;
  /** What people are pointed at: the scalar itself; the key of a map or list. */
  readonly at: number;
  readonly start: number;
  /** Behind the last character that belongs to the value. */
  readonly end: number;
  readonly style: "plain" | "quoted" | "block" | "collection";
}

interface Walk {
  readonly text: string;
  readonly spans: Map<string, Span>;
  readonly problems: Problem[];
}

/** Where a value belongs. */
interface Place {
  readonly pointer: string;
  /** The offset of its key; its own in a list. */
  readonly key: number;
  /** Within `[]` or `{}`. */
  readonly inFlow: boolean;
}

/** What a composed map holds, by the rules that YAML 1.1 and 1.2 share. */
export interface NodesRead {
  readonly value: Readonly<Record<string, unknown>>;
  /** By JSON Pointer. */
  readonly spans: ReadonlyMap<string, Span>;
  /** With any of these the value is not to be used. */
  readonly problems: readonly Problem[];
}

/** Makes values of the composed root of a text, whose scalars are all texts still. */
export function readNodes(text: string, root: YAMLMap): NodesRead {
  const walk: Walk = { text, spans: new Map(), problems: [] };
  walk.spans.set("", { key: 0, at: 0, start: 0, end: text.length, style: "collection" });
  const value = readMap(walk, root, { pointer: "", key: 0, inFlow: root.flow === true });
  return { value, spans: walk.spans, problems: walk.problems };
}

function readNode(walk: Walk, node: Node | null, place: Place): unknown {
  if (node === null) return null;
  if (isScalar(node)) return readScalar(walk, node, place);
  if (!isMap(node) && !isSeq(node)) return undefined;
  const { pointer, key } = place;
  const [start, end] = node.range ?? [key, key];
  walk.spans.set(pointer, { key, at: key, start, end, style: "collection" });
  const inner = { ...place, inFlow: place.inFlow || node.flow === true };
  return isMap(node) ? readMap(walk, node, inner) : readList(walk, node, inner);
}

function readMap(
  walk: Walk,
  node: YAMLMap,
  { pointer: parent, key: parentKey, inFlow }: Place,
): Record<string, unknown> {
  const map: Record<string, unknown> = {};
  for (const item of node.items) {
    const pair = item as Pair<unknown, Node | null>;
    const name = isScalar(pair.key) ? String(pair.key.value) : "";
    const key = isScalar(pair.key) ? (pair.key.range?.[0] ?? parentKey) : parentKey;
    const place = { pointer: appendPointer(parent, name), key, inFlow };
    const problem = Object.hasOwn(map, name) ? explainDuplicate(place) : findKeyProblem(walk, pair, place);
    if (problem === undefined) map[name] = readNode(walk, pair.value, place);
    else addProblem(walk, { ...problem, offset: key, pointer: place.pointer });
  }
  return map;
}

function readList(walk: Walk, node: YAMLSeq, { pointer, inFlow }: Place): unknown[] {
  return node.items.map((item, index) => {
    const inner = item as Node;
    return readNode(walk, inner, {
      pointer: appendPointer(pointer, index),
      key: inner.range?.[0] ?? 0,
      inFlow,
    });
  });
}

/** What is wrong, without where. */
type Fault = Omit<Problem, "offset" | "pointer">;

function explainDuplicate({ pointer }: Place): Fault {
  return { code: "DUPLICATE_KEY", message: `${renderPointer(pointer)} stands here a second time` };
}

/** Why no map of a manifest may have a key, or may have it written so. */
function findKeyProblem(
  walk: Walk,
  { key: node, value }: Pair<unknown, Node | null>,
  place: Place,
): Fault | undefined {
  if (!isScalar(node))
    return { code: "YAML_FORBIDDEN", message: "A manifest does without keys that are no texts" };
  const key = String(node.value);
  const shown = JSON.stringify(shorten(key, 80));
  if (isForbiddenKey(key))
    return { code: "YAML_FORBIDDEN", message: `No map of a manifest may have the key ${shown}` };
  const plain = node.type === "PLAIN" ? parsePlain(key) : { value: key };
  if (!("value" in plain) || plain.value !== key) {
    const because = "because" in plain ? plain.because : "is no text";
    const message = `Without quotes, the key ${shown} is one which ${because}`;
    return { code: "YAML_AMBIGUOUS", message, hint: `Quote it: ${shown}` };
  }
  const odd = value === null ? undefined : findOddKey(node, { ...place, text: walk.text });
  if (odd !== undefined) return { code: "YAML_SYNTAX", message: `${shown} ${odd.because}`, hint: odd.hint };
  return findTextProblem(walk, node, place);
}

function readScalar(walk: Walk, node: Scalar, place: Place): unknown {
  const { pointer, key } = place;
  const [start, end] = node.range ?? [0, 0];
  const style = styleOf(node);
  walk.spans.set(pointer, { key, at: start, start, end, style });
  const text = String(node.value);
  const problem = findTextProblem(walk, node, place);
  if (problem !== undefined) return addProblem(walk, { ...problem, offset: start, pointer });
  if (style !== "plain") return text;
  const plain = parsePlain(text);
  if ("value" in plain) return plain.value;
  const shown = JSON.stringify(shorten(text, 80));
  const message = `${renderPointer(pointer)} is ${shown} without quotes, which ${plain.because}`;
  const hint = `Quote it if it is a text: ${shown}`;
  return addProblem(walk, { code: "YAML_AMBIGUOUS", offset: start, pointer, message, hint });
}

function styleOf(node: Scalar): Span["style"] {
  if (node.type === "PLAIN") return "plain";
  return node.type === "BLOCK_FOLDED" || node.type === "BLOCK_LITERAL" ? "block" : "quoted";
}

/** Why a scalar does not hold what every YAML can hold, or is not written as every one reads it. */
function findTextProblem(walk: Walk, node: Scalar, place: Place): Fault | undefined {
  const text = String(node.value);
  const name = renderPointer(place.pointer);
  const bad = findForbiddenInValue(text);
  if (bad !== -1) return { code: "YAML_ENCODING", message: `${name} holds ${nameCharacter(text, bad)}` };
  const odd = findOddScalar(node, { ...place, text: walk.text });
  return odd === undefined
    ? undefined
    : { code: "YAML_AMBIGUOUS", message: `${name} ${odd.because}`, hint: odd.hint };
}

function addProblem(walk: Walk, problem: Problem): undefined {
  if (walk.problems.length < MOST_PROBLEMS) walk.problems.push(problem);
}
