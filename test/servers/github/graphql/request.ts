import type { IncomingHttpHeaders } from "node:http";
import { type DocumentNode, Kind, OperationTypeNode, parse } from "graphql";

export interface GraphqlRequest {
  readonly headers: IncomingHttpHeaders;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Undefined when it could not be read. */
  readonly document: DocumentNode | undefined;
  /** The fields at its root: `graphql/repository`. */
  readonly operationId: string;
  readonly write: boolean;
}

interface Payload {
  readonly query?: string;
  readonly variables?: Record<string, unknown> | null;
}

export function parseGraphql(headers: IncomingHttpHeaders, body: Buffer): GraphqlRequest {
  const { query = "", variables } = readPayload(body);
  const document = readDocument(query);
  const [operation] = document?.definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION) ?? [];
  const fields = operation?.selectionSet.selections.map((one) =>
    one.kind === Kind.FIELD ? one.name.value : "…",
  );
  return {
    headers,
    query,
    variables: variables ?? {},
    document,
    operationId: `graphql/${(fields ?? ["unknown"]).join("+")}`,
    write: operation?.operation === OperationTypeNode.MUTATION,
  };
}

function readPayload(body: Buffer): Payload {
  try {
    return JSON.parse(body.toString("utf8")) as Payload;
  } catch {
    return {};
  }
}

function readDocument(query: string): DocumentNode | undefined {
  try {
    return parse(query);
  } catch {
    return undefined;
  }
}
