import { GraphQLError } from "graphql";
import { ApiError } from "../errors.ts";

export type FailureType =
  | "NOT_FOUND"
  | "FORBIDDEN"
  | "UNPROCESSABLE"
  | "STALE_DATA"
  | "RATE_LIMITED"
  | "MISSING_PAGINATION_BOUNDARIES"
  | "EXCESSIVE_PAGINATION";

/** An error in the form that GitHub gives those of GraphQL: with a type beside its message. */
export function failure(type: FailureType, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { type } });
}

/** What an error looks like on the wire; `report` is told of one that is the server's own. */
export function renderError(error: GraphQLError, report: (violation: string) => void): object {
  const { message, path, locations, originalError, extensions } = error;
  const place = { ...(path && { path }), ...(locations && { locations }), message };
  if (extensions["type"] !== undefined) return { type: extensions["type"], ...place };
  if (originalError instanceof ApiError) {
    const [first] = originalError.errors ?? [];
    const words = typeof first === "object" ? first.message : first;
    return { type: "UNPROCESSABLE", ...place, message: words ?? message };
  }
  report(`graphql: ${originalError?.stack ?? message}`);
  return place;
}
