import {
  type DocumentNode,
  type ExecutionResult,
  type GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  buildSchema,
  executeSync,
  validate,
} from "graphql";
import { followRefs } from "../follow-refs.ts";
import { settleAutoMerges } from "../merging.ts";
import { type Answer, limitHeaders, readToken, spend, toErrorReply } from "../rest.ts";
import type { Forge, Token } from "../state.ts";
import type { Asking } from "./access.ts";
import { renderError } from "./failure.ts";
import { makeMutation } from "./mutation.ts";
import { makeQuery } from "./query.ts";
import type { GraphqlRequest } from "./request.ts";

let built: GraphQLSchema | undefined;

/** GitHub's own schema; every query is held to it. Loaded when the first comes, since it takes a second. */
async function loadSchema(): Promise<GraphQLSchema> {
  const { schema } = await import("@octokit/graphql-schema");
  built ??= buildSchema(schema.idl, { assumeValid: true, assumeValidSDL: true });
  return built;
}

const checked = new Map<string, readonly GraphQLError[]>();

/** The same few questions come again and again. */
function check(schema: GraphQLSchema, query: string, document: DocumentNode): readonly GraphQLError[] {
  let problems = checked.get(query);
  if (problems === undefined) checked.set(query, (problems = validate(schema, document)));
  return problems;
}

type Report = (violation: string) => void;

export async function answerGraphql(forge: Forge, request: GraphqlRequest, report: Report): Promise<Answer> {
  // From here on nothing waits.
  const schema = await loadSchema();
  let body: unknown;
  let status = 200;
  try {
    const token = readToken(forge, request.headers.authorization);
    body = isSpent(forge) ? limited(token) : run({ forge, token }, schema, request, report);
  } catch (error) {
    const reply = toErrorReply(error, report);
    ({ body, status = 500 } = reply);
  }
  const headers = { "content-type": "application/json; charset=utf-8", ...limitHeaders(forge, "graphql") };
  return { status, headers, body: JSON.stringify(body) };
}

function isSpent({ rateLimit, clock }: Forge): boolean {
  return rateLimit.remaining === 0 && clock() / 1000 < rateLimit.resetAt;
}

function limited({ user }: Token): object {
  return { errors: [{ type: "RATE_LIMITED", message: `API rate limit exceeded for user ID ${user.id}.` }] };
}

function run(asking: Asking, schema: GraphQLSchema, request: GraphqlRequest, report: Report): object {
  const { forge, token } = asking;
  spend(forge, token);
  const { document, query, variables, write } = request;
  if (document === undefined) {
    report("graphql: a query that cannot be read");
    return { errors: [{ message: "Parse error" }] };
  }
  const problems = check(schema, query, document);
  if (problems.length > 0) {
    for (const { message } of problems) report(`graphql: ${message}`);
    return { errors: problems.map(({ message, locations }) => ({ message, locations })) };
  }
  const repositories = [...forge.repositories.values()];
  for (const repository of repositories) followRefs(forge, repository, token.user);
  const result = executeSync({
    schema,
    document,
    variableValues: variables,
    rootValue: write ? makeMutation(asking) : makeQuery(asking),
    fieldResolver: resolveField,
  });
  if (write) {
    for (const repository of repositories) {
      followRefs(forge, repository, token.user);
      settleAutoMerges(forge, repository);
    }
  }
  return renderResult(result, report);
}

/** A field that the server has not is an error, never an empty answer. */
const resolveField: GraphQLFieldResolver<unknown, unknown> = (source, args, _context, info) => {
  const values = source as Readonly<Record<string, unknown>>;
  if (!(info.fieldName in values)) {
    throw new Error(`the test server does not serve ${info.parentType.name}.${info.fieldName}`);
  }
  const value = values[info.fieldName];
  return typeof value === "function" ? (value as (args: unknown) => unknown)(args) : value;
};

function renderResult({ data, errors }: ExecutionResult, report: Report): object {
  if (errors === undefined) return { data };
  const rendered = errors.map((error) => renderError(error, report));
  return data === undefined ? { errors: rendered } : { data, errors: rendered };
}
