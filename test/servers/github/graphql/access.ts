import type { Forge, Repository, Role, Scope, Token } from "../state.ts";
import { hasRole } from "../state.ts";
import { failure } from "./failure.ts";
import type { Home } from "./objects.ts";

/** The server, and the one who asks it. */
export interface Asking {
  readonly forge: Forge;
  readonly token: Token;
}

/** What a mutation asks of the one who sends it. */
export interface Need {
  readonly name: string;
  readonly role: Role;
  readonly scope: Scope;
}

export type Input = Readonly<Record<string, unknown>>;

/** The repository as the one who asks may change it. */
export function enter({ forge, token }: Asking, repository: Repository | undefined, need: Need): Home {
  const viewer = token.user;
  if (repository === undefined || !hasRole(repository, viewer, "read")) {
    throw failure("NOT_FOUND", "Could not resolve to a node with the global id given");
  }
  if (token.scopes !== undefined && token.scopes[need.scope] !== "write") {
    const kind = token.value.startsWith("ghs_") ? "integration" : "personal access token";
    throw failure("FORBIDDEN", `Resource not accessible by ${kind}`);
  }
  if (!hasRole(repository, viewer, need.role)) {
    const text = `${viewer.login} does not have the correct permissions to execute \`${need.name}\``;
    throw failure("FORBIDDEN", text);
  }
  return { forge, repository, viewer };
}

export function findById(forge: Forge, id: string): Repository | undefined {
  return [...forge.repositories.values()].find((repository) => `R_${repository.id}` === id);
}
