// Writes test/servers/github/api.generated.json: the part of GitHub's own OpenAPI description that the test server
// serves, as JSON Schema. The description (npm package @octokit/openapi, 385 MB unpacked) is no dependency of ours, so
// its folder is the argument: node scripts/generate-github-api.mjs <folder of @octokit/openapi 23.0.2>
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

const OUTPUT = "test/servers/github/api.generated.json";
const OPERATIONS = `
  users/get-authenticated rate-limit/get meta/get
  repos/get repos/list-branches repos/get-branch repos/list-commits repos/get-commit
  repos/compare-commits-with-basehead repos/get-content repos/get-collaborator-permission-level
  repos/list-pull-requests-associated-with-commit
  repos/get-branch-protection repos/get-branch-rules repos/create-repo-ruleset repos/get-repo-ruleset
  repos/codeowners-errors
  actions/get-github-actions-default-workflow-permissions-repository
  repos/create-commit-status repos/list-commit-statuses-for-ref repos/get-combined-status-for-ref
  checks/list-for-ref checks/create
  git/get-ref git/list-matching-refs git/create-ref git/update-ref git/delete-ref
  git/create-commit git/get-commit git/create-tree git/get-tree git/create-blob git/get-blob
  pulls/list pulls/create pulls/get pulls/update pulls/merge pulls/check-if-merged
  pulls/list-files pulls/list-commits
  pulls/list-reviews pulls/create-review pulls/get-review pulls/dismiss-review
  pulls/list-review-comments pulls/create-review-comment
  pulls/list-requested-reviewers pulls/request-reviewers pulls/remove-requested-reviewers
  issues/get issues/update issues/list-events issues/list-events-for-timeline
  issues/list-comments issues/create-comment issues/get-comment issues/update-comment issues/delete-comment
  issues/list-labels-on-issue issues/add-labels issues/set-labels issues/remove-label
  issues/list-labels-for-repo issues/get-label issues/create-label
`
  .trim()
  .split(/\s+/);

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error("usage: node scripts/generate-github-api.mjs <folder of @octokit/openapi>");
  process.exit(2);
}
const { version } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
const source = JSON.parse(await readFile(join(folder, "generated/api.github.com.json"), "utf8"));

const at = (pointer) =>
  pointer
    .slice(2)
    .split("/")
    .reduce((value, key) => value[key], source);
/** A parameter or response, itself or where its reference leads. */
const follow = (value) => (value.$ref === undefined ? value : at(value.$ref));

const schemas = {};

/** OpenAPI 3.0's dialect as JSON Schema, without what only people read; what it refers to is taken along. */
function convert(schema) {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.replace("#/components/schemas/", "");
    if (schemas[name] === undefined) {
      schemas[name] = true;
      schemas[name] = convert(at(schema.$ref));
    }
    return { $ref: `github#/schemas/${name}` };
  }
  const result = {};
  for (const [key, value] of Object.entries(schema)) {
    if (["oneOf", "anyOf", "allOf"].includes(key)) result[key] = value.map(convert);
    else if (["items", "not"].includes(key)) result[key] = convert(value);
    else if (key === "additionalProperties" && typeof value === "object") result[key] = convert(value);
    else if (key === "properties" || key === "patternProperties") {
      result[key] = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, convert(one)]));
    } else if (KEPT.has(key)) result[key] = value;
    else if (!DROPPED.has(key) && !key.startsWith("x-")) throw new Error(`a keyword not known here: ${key}`);
  }
  return schema.nullable === true ? allowNull(result) : result;
}
const KEPT = new Set(
  `type enum required pattern format minimum maximum minLength maxLength minItems maxItems uniqueItems default
   additionalProperties minProperties maxProperties`.split(/\s+/),
);
const DROPPED = new Set(
  "description title example examples nullable deprecated readOnly discriminator".split(" "),
);

function allowNull(schema) {
  const { type, ...rest } = schema;
  if (type === undefined) return { anyOf: [rest, { type: "null" }] };
  const enumerated = rest.enum === undefined ? {} : { enum: [...new Set([...rest.enum, null])] };
  return { type: [type, "null"], ...rest, ...enumerated };
}

function makeOperation(method, path, operation, shared) {
  const parameters = [...(shared ?? []), ...(operation.parameters ?? [])].map((one) => {
    const { name, in: place, required = false, schema } = follow(one);
    return { name, in: place, required, schema: convert(schema) };
  });
  const responses = Object.entries(operation.responses).map(([status, one]) => {
    const schema = follow(one).content?.["application/json"]?.schema;
    return [status, schema === undefined ? null : convert(schema)];
  });
  const body = operation.requestBody?.content["application/json"]?.schema;
  return {
    method: method.toUpperCase(),
    path,
    parameters,
    body: body === undefined ? null : convert(body),
    bodyRequired: operation.requestBody?.required === true,
    responses: Object.fromEntries(responses),
  };
}

const operations = {};
for (const [path, item] of Object.entries(source.paths)) {
  for (const [method, operation] of Object.entries(item)) {
    if (!OPERATIONS.includes(operation.operationId)) continue;
    operations[operation.operationId] = makeOperation(method, path, operation, item.parameters);
  }
}
const missing = OPERATIONS.filter((id) => operations[id] === undefined);
if (missing.length > 0) throw new Error(`no such operations: ${missing.join(", ")}`);

/** Every operation by method and path, so that a call of a real one that is not served reads as such. */
const known = Object.entries(source.paths).flatMap(([path, item]) =>
  Object.keys(item)
    .filter((method) => ["get", "put", "post", "patch", "delete"].includes(method))
    .map((method) => `${method.toUpperCase()} ${path}`),
);

const text = `{"from":"@octokit/openapi ${version}","operations":{\n${lines(operations)}\n},"schemas":{\n${lines(schemas)}\n},"known":${JSON.stringify(known)}}\n`;
function lines(map) {
  return Object.entries(map)
    .map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)
    .join(",\n");
}
await writeFile(OUTPUT, text);
console.log(
  `${OUTPUT}: ${OPERATIONS.length} operations, ${Object.keys(schemas).length} schemas, ${text.length} characters`,
);
