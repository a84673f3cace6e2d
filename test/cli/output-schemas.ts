import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect } from "vitest";

const SCHEMAS = fileURLToPath(new URL("../../schemas/", import.meta.url));
const BASE = "https://modeltrail.dev/schemas/v1/output/";

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });
for (const folder of [SCHEMAS, join(SCHEMAS, "output")]) {
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".schema.json"))) {
    ajv.addSchema(JSON.parse(readFileSync(join(folder, name), "utf8")) as object);
  }
}

/** Parses what a command wrote and holds it to the command's schema. */
export function expectDocument(command: string, text: string): unknown {
  const document: unknown = JSON.parse(text);
  const validate = ajv.getSchema(`${BASE}${command}.schema.json`);
  expect(validate, `schemas/output/${command}.schema.json`).toBeDefined();
  expect(validate?.(document), `${command}: ${ajv.errorsText(validate?.errors)}\n${text}`).toBe(true);
  return document;
}

/** Holds every line of a standard error with `-o json` to the schema of messages. */
export function expectMessages(text: string): readonly unknown[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => expectDocument("messages", line));
}
