// Makes the quick reader of stages' manifests from their schema, so that nothing is said twice.

/** What the writer puts on the first line. */
const SKIP_COMMENT = "# +argocd:skip-file-rendering";
/** The labels that the writer gives a stage; the schema leaves them to it. */
const STAGE_LABELS = ["modeltrail.dev/model", "modeltrail.dev/stage"];
/** The rules that are held to here; for any other, this script would have to know what to make of it. */
const RULES =
  /^(\$schema|\$id|title|description|type|required|properties|additionalProperties|propertyNames|maxProperties|const|pattern|maxLength)$/;

/**
 * The whole text of a stage's manifest in the form that the writer gives it, as one expression that holds every rule
 * of the schema, and the value of such a text. A list of all models reads thousands of them. `resolve` follows references.
 */
export function makeStageText(stage, resolve) {
  const groups = [];
  const { lines, value } = makeMap(stage, "", { groups, resolve });
  const pattern = [literally(SKIP_COMMENT), ...lines].join("\\n").replaceAll("/", "\\/");
  return `import type { ModelStage } from "./types.generated.ts";
/** A stage's manifest in the very form that the writer gives it, with texts that need no escape. */
const STAGE_TEXT = /^${pattern}\\n$/;
/** Reads such a text; undefined says nothing about any other. */
export function readStageText(text: string): ModelStage | undefined {
  const found = STAGE_TEXT.exec(text);
  if (found === null) return undefined;
  const [, ${groups.map((name) => `${name} = ""`).join(", ")}] = found;
  return ${value};
}
`;
}

/** The lines of a map, and its value as code. */
function makeMap({ properties, additionalProperties }, indent, made) {
  const fields = properties ?? Object.fromEntries(STAGE_LABELS.map((label) => [label, additionalProperties]));
  const parts = Object.entries(fields).map(([key, field]) => ({ key, ...makeField(field, indent, made) }));
  return {
    lines: parts.flatMap(({ key, lines: [first, ...rest] }) => [
      `${indent}${literally(key)}:${first}`,
      ...rest,
    ]),
    value: `{${parts.map(({ key, value }) => `${JSON.stringify(key)}: ${value}`).join(", ")}}`,
  };
}

/** What stands behind a key, the rest of its own line first. */
function makeField(reference, indent, made) {
  const schema = made.resolve(reference);
  const strange = Object.keys(schema).find((rule) => !RULES.test(rule));
  if (strange !== undefined) throw new Error(`the text of a stage cannot be held to ${strange}`);
  if (schema.const !== undefined)
    return { lines: [` "${literally(schema.const)}"`], value: JSON.stringify(schema.const) };
  if (schema.type === "string") {
    const group = `text${made.groups.length}`;
    made.groups.push(group);
    return { lines: [` "${textPattern(schema)}"`], value: group };
  }
  const { lines, value } = makeMap(schema, `${indent}  `, made);
  return { lines: ["", ...lines], value };
}

/** A text between quotes: of the schema's length, and nothing that would have to be escaped. */
function textPattern({ pattern = '^[^"]*$', maxLength }) {
  if (/\[\^(?![^\]]*")/.test(pattern)) throw new Error(`${pattern} may reach beyond the quotes`);
  const body = pattern
    .replace(/^\^/, "")
    .replace(/\$(?=$|\))/g, '(?=")')
    .replace(/(?<!\\)\((?!\?)/g, "(?:");
  return `(?=[ !#-[\\]-~]{0,${maxLength}}")(${body})`;
}

function literally(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
