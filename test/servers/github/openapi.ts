import { readFileSync } from "node:fs";
import { Ajv, type ValidateFunction } from "ajv";

interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required: boolean;
  readonly schema: object;
}

export interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body: object | null;
  readonly bodyRequired: boolean;
  /** The schema of each status; null where there is no body. */
  readonly responses: Readonly<Record<string, object | null>>;
}

interface Description {
  readonly operations: Readonly<Record<string, Omit<Operation, "id">>>;
  readonly schemas: object;
  readonly known: readonly string[];
}

/** A request's parameters and body, as the description reads them. */
export interface CheckedRequest {
  readonly params: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
  readonly violations: readonly string[];
}

const DESCRIPTION = JSON.parse(
  readFileSync(new URL("api.generated.json", import.meta.url), "utf8"),
) as Description;

const FORMATS = {
  "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
  uri: (text: string) => URL.canParse(text),
};
// Each definition is compiled once, where it is met first.
const SETTINGS = {
  strict: false,
  allErrors: true,
  logger: false,
  inlineRefs: false,
  formats: FORMATS,
} as const;
/** What the description forgets: where the repository of a head stood, a fork that is gone leaves null. */
function allowGoneForks(schemas: object): object {
  const all = schemas as Readonly<Record<string, { properties: { head: { properties: { repo: object } } } }>>;
  for (const name of ["pull-request", "pull-request-simple"]) {
    const head = all[name]?.properties.head.properties;
    if (head !== undefined) head.repo = { anyOf: [head.repo, { type: "null" }] };
  }
  return schemas;
}

const ROOT = { $id: "github", schemas: allowGoneForks(DESCRIPTION.schemas) };
const replies = new Ajv(SETTINGS).addSchema(ROOT);
const bodies = new Ajv(SETTINGS).addSchema(ROOT);
const parameters = new Ajv({ ...SETTINGS, coerceTypes: true, useDefaults: true }).addSchema(ROOT);
const compiled = new Map<string, ValidateFunction>();

function compile(ajv: Ajv, key: string, schema: object): ValidateFunction {
  let validate = compiled.get(key);
  if (validate === undefined) compiled.set(key, (validate = ajv.compile(schema)));
  return validate;
}

/** What may hold a slash that a client need not escape. */
const DEEP = new Set(["ref", "basehead", "branch"]);

function toPattern(path: string): RegExp {
  const source = path
    .replace(/[.]/g, "\\.")
    .replace("/{path}", "(?:/(?<path>.*))?")
    .replace(/\{(\w+)\}/g, (_, name: string) => {
      return DEEP.has(name) ? `(?<${name}>.+)` : `(?<${name}>[^/]+)`;
    });
  return new RegExp(`^${source}$`);
}

/** How much of a path is fixed: the most fixed template that fits is the one meant. */
function countFixed(path: string): number {
  return path.split("/").filter((part) => !part.startsWith("{")).length * 100 + path.length;
}

const TEMPLATES = Object.entries(DESCRIPTION.operations)
  .map(([id, operation]) => ({ operation: { id, ...operation }, pattern: toPattern(operation.path) }))
  .sort((a, b) => countFixed(b.operation.path) - countFixed(a.operation.path));

/** The operations of the description that the server has to serve. */
export const OPERATION_IDS: readonly string[] = Object.keys(DESCRIPTION.operations);

export interface Match {
  readonly operation: Operation;
  readonly path: Readonly<Record<string, string>>;
}

export function findOperation(method: string, path: string): Match | undefined {
  for (const { operation, pattern } of TEMPLATES) {
    const found = operation.method === method ? pattern.exec(path) : null;
    if (found === null) continue;
    const decoded = Object.entries<string | undefined>(found.groups ?? {}).map(([name, text = ""]) => [
      name,
      decodeURIComponent(text),
    ]);
    return { operation, path: Object.fromEntries(decoded) as Record<string, string> };
  }
  return undefined;
}

/** True for an operation of GitHub's, served here or not. */
export function isKnown(method: string, path: string): boolean {
  return DESCRIPTION.known.some((one) => {
    const [its = "", template = ""] = one.split(" ");
    return its === method && toPattern(template).test(path);
  });
}

export function checkRequest(match: Match, query: URLSearchParams, body: unknown): CheckedRequest {
  const { operation } = match;
  const fields = operation.parameters.filter((one) => one.in !== "header");
  const params: Record<string, unknown> = { ...Object.fromEntries(query), ...match.path };
  const validate = compile(parameters, `${operation.id} parameters`, {
    type: "object",
    properties: Object.fromEntries(fields.map((one) => [one.name, one.schema])),
    required: fields.filter((one) => one.required).map((one) => one.name),
    additionalProperties: false,
  });
  const violations = [...run(validate, params, "parameters")];
  if (operation.body === null && body !== undefined) violations.push("a body where none is read");
  if (operation.body !== null && (body !== undefined || operation.bodyRequired)) {
    violations.push(...run(compile(bodies, `${operation.id} body`, operation.body), body, "body"));
    violations.push(...findStrangers(operation.body, body));
  }
  const isObject = typeof body === "object" && body !== null && !Array.isArray(body);
  return { params, body: isObject ? (body as Record<string, unknown>) : { list: body }, violations };
}

/** Fields of a body that GitHub reads past. */
function findStrangers(schema: object, body: unknown): string[] {
  const { properties } = schema as { properties?: object };
  if (properties === undefined || typeof body !== "object" || body === null) return [];
  return Object.keys(body)
    .filter((key) => !(key in properties))
    .map((key) => `body/${key} is not read`);
}

export function checkReply(operation: Operation, status: number, body: unknown): readonly string[] {
  const schema = operation.responses[status];
  if (schema === undefined && status < 400) return [`status ${status} is not described`];
  if (schema === undefined || (schema === null && status >= 400)) {
    const message = (body as { message?: unknown } | undefined)?.message;
    return typeof message === "string" ? [] : [`no message with status ${status}`];
  }
  if (schema === null) return body === undefined ? [] : [`a body with status ${status}`];
  return run(compile(replies, `${operation.id} ${status}`, schema), body, `reply ${status}`);
}

function run(validate: ValidateFunction, value: unknown, what: string): readonly string[] {
  if (validate(value)) return [];
  return (validate.errors ?? []).map((one) => {
    const extra = one.params["additionalProperty"] as string | undefined;
    return `${what}${one.instancePath} ${one.message ?? one.keyword}${extra === undefined ? "" : ` (${extra})`}`;
  });
}
