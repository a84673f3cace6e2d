// Writes what is made from schemas/: the manifest types, the validators compiled ahead of time, and the shapes that
// the writer and the findings go by. With --check it writes nothing, and fails when a file is out of date.
import { readFile, writeFile } from "node:fs/promises";
import { Ajv } from "ajv";
import standaloneCode from "ajv/dist/standalone/index.js";
import { compile } from "json-schema-to-typescript";
import { format } from "prettier";
import { makeStageText } from "./stage-text.mjs";

const KINDS = {
  Registry: "registry",
  Model: "model",
  ModelVersion: "model-version",
  ModelStage: "model-stage",
  ModelYank: "model-yank",
};
const BANNER = "// Made from schemas/ by scripts/generate-manifest.mjs; do not edit.";
const STYLE = { printWidth: 110 };

const readSchema = async (name) => JSON.parse(await readFile(`schemas/${name}.schema.json`, "utf8"));
const common = await readSchema("common");
const schemas = Object.fromEntries(
  await Promise.all(Object.entries(KINDS).map(async ([kind, name]) => [kind, await readSchema(name)])),
);

function makeTypes() {
  const root = {
    title: "Manifest",
    description: "Any manifest of a registry.",
    oneOf: Object.values(KINDS).map((file) => ({ $ref: `${file}.schema.json` })),
  };
  return compile(root, "Manifest", {
    cwd: "schemas/",
    bannerComment: BANNER,
    additionalProperties: false,
    ignoreMinAndMaxItems: true,
    style: STYLE,
  });
}

/** A schema without what only people and editors read; no keyword in use differs between drafts, so the lean core will do. */
const withoutWords = ({ $schema: _, ...schema }) =>
  JSON.parse(JSON.stringify(schema), (key, value) =>
    key === "description" && typeof value === "string" ? undefined : value,
  );

function makeValidators() {
  const ajv = new Ajv({
    strict: true,
    strictRequired: true,
    ownProperties: true,
    // Every finding of a file at once. Safe, since the file's size and nodes are bounded before and no pattern backtracks.
    allErrors: true,
    messages: false,
    // The length of texts in UTF-16 units, so that nothing is imported at run time.
    unicode: false,
    logger: false,
    // One function for each definition: less to load at start.
    inlineRefs: false,
    schemas: [common, ...Object.values(schemas)].map(withoutWords),
    code: { esm: true, source: true, optimize: 2 },
  });
  const names = Object.entries(schemas).map(([kind, schema]) => [`validate${kind}`, schema.$id]);
  const code = compact(standaloneCode(ajv, Object.fromEntries(names)));
  if (/\brequire\s*\(|^import\b/m.test(code)) throw new Error("the validators are not self-contained");
  return `${BANNER}\n${code}\n`;
}

/**
 * The same code with less to load at every start of the program (a third of the text), and without a copy of all
 * violations at each one, which takes seconds for thousands.
 */
function compact(code) {
  const add = "function add(all,one){if(all===null)return [one];all.push(one);return all}";
  const join =
    "function join(all,more){if(all===null)return more;for(const one of more)all.push(one);return all}";
  const schemaOf = {};
  const kept = [];
  const body = code
    .replace(/^"use strict";/, "")
    .replace(/const (schema\d+) = (\{.*?\});(?=const |function )/g, (_, name, json) => {
      schemaOf[name] = JSON.parse(json);
      return "";
    })
    .replace(/(schema\d+)((?:\.\w+)+)/g, (_, name, path) => {
      const value = path
        .slice(1)
        .split(".")
        .reduce((inner, key) => inner[key], schemaOf[name]);
      kept.push(
        JSON.stringify(
          Array.isArray(value) ? value : Object.fromEntries(Object.keys(value).map((key) => [key, 1])),
        ),
      );
      return `kept${kept.length - 1}`;
    })
    .replace(/,schemaPath:"(?:[^"\\]|\\.)*"/g, "")
    .replace(/,parentData:\w+,parentDataProperty:(?:\w+|"[^"]*"),rootData\}/g, "}")
    .replace(
      /\{instancePath="", parentData, parentDataProperty, rootData=data\}=\{\}/g,
      '{instancePath=""}={}',
    )
    .replace(
      /if\(vErrors === null\)\{vErrors = \[(err\d+)\];\}else \{vErrors\.push\(\1\);\}/g,
      "vErrors=add(vErrors,$1);",
    )
    .replace(
      /vErrors = vErrors === null \? (\w+)\.errors : vErrors\.concat\(\1\.errors\);/g,
      "vErrors=join(vErrors,$1.errors);",
    );
  if (/schema\d|parentData|rootData|concat/.test(body))
    throw new Error("Ajv writes other code than this script knows");
  return `${kept.map((json, index) => `const kept${index} = ${json};`).join("")}${body}${add}${join}`;
}

function makeValidatorTypes() {
  const lines = [
    BANNER,
    "/** One violation of a schema, as Ajv reports it. */",
    "export interface SchemaViolation {",
    "  readonly instancePath: string;",
    "  readonly keyword: string;",
    "  readonly params: Readonly<Record<string, unknown>>;",
    "  /** The key that a rule about keys refuses. */",
    "  readonly propertyName?: string;",
    "}",
    "/** True for a valid value; otherwise `errors` holds the violations until the next call. */",
    "export interface SchemaValidator {",
    "  (value: unknown): boolean;",
    "  readonly errors: readonly SchemaViolation[] | null;",
    "}",
    ...Object.keys(KINDS).map((kind) => `export declare const validate${kind}: SchemaValidator;`),
  ];
  return format(lines.join("\n"), { ...STYLE, parser: "typescript" });
}

/** Follows a reference; the form that a definition describes says more than the purpose that stands beside it. */
function resolve(schema) {
  if (schema.$ref === undefined) return schema;
  const { $ref, ...beside } = schema;
  const target = $ref
    .slice($ref.indexOf("#") + 1)
    .split("/")
    .slice(1)
    .reduce((value, key) => value[key], common);
  return { ...beside, ...resolve(target) };
}

function makeShape(reference) {
  const schema = resolve(reference);
  const shape = {};
  if (schema.description !== undefined) shape.words = schema.description;
  if (schema.properties !== undefined) {
    shape.fields = Object.fromEntries(
      Object.entries(schema.properties).map(([key, value]) => [key, makeShape(value)]),
    );
  }
  if (schema.items !== undefined) shape.items = makeShape(schema.items);
  if (typeof schema.additionalProperties === "object") shape.entries = makeShape(schema.additionalProperties);
  return shape;
}

function makeShapes() {
  const shapes = Object.fromEntries(
    Object.entries(schemas).map(([kind, schema]) => [kind, makeShape(schema)]),
  );
  const lines = [
    BANNER,
    "/** What a schema says of one value, for the order of fields and the words of findings. */",
    "export interface Shape {",
    "  /** The schema's description. */",
    "  readonly words?: string;",
    "  /** The known fields of a map, in the order in which they are written. */",
    "  readonly fields?: Readonly<Record<string, Shape>>;",
    "  /** The values of a map whose keys are free. */",
    "  readonly entries?: Shape;",
    "  /** The values of a list. */",
    "  readonly items?: Shape;",
    "}",
    `export const SHAPES: Readonly<Record<${Object.keys(KINDS)
      .map((kind) => `"${kind}"`)
      .join(" | ")}, Shape>> =`,
    `${JSON.stringify(shapes)};`,
  ];
  return format(lines.join("\n"), { ...STYLE, parser: "typescript" });
}

const outputs = {
  "types.generated.ts": await makeTypes(),
  "validators.generated.js": makeValidators(),
  "validators.generated.d.ts": await makeValidatorTypes(),
  "shapes.generated.ts": await makeShapes(),
  "stage-text.generated.ts": await format(`${BANNER}\n${makeStageText(schemas.ModelStage, resolve)}`, {
    ...STYLE,
    parser: "typescript",
  }),
};
const check = process.argv.includes("--check");
for (const [name, text] of Object.entries(outputs)) {
  const path = `src/manifest/${name}`;
  const old = await readFile(path, "utf8").catch(() => "");
  if (old === text) continue;
  if (check) {
    process.exitCode = 1;
    console.error(`${path} is out of date: run node scripts/generate-manifest.mjs`);
  } else {
    await writeFile(path, text);
  }
}
