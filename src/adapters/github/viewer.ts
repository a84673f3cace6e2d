import type { Api } from "./sdk.ts";

/** Whose token it is. An App's installation has no user of its own in REST, but GraphQL knows its bot. */
export interface Viewer {
  readonly login: string;
  readonly databaseId: number | null;
}

/** Somebody as REST names them beside what they wrote. */
export interface Author {
  readonly id?: number | undefined;
  readonly login: string;
}

export async function readViewer(api: Api): Promise<Viewer> {
  const { viewer } = (await api.graphql("query { viewer { login databaseId } }", {})) as {
    readonly viewer: Viewer;
  };
  return viewer;
}

/** Whether something was written with our own token: anybody can copy our words, nobody our identity. */
export function isViewer({ login, databaseId }: Viewer, author: Author | null): boolean {
  if (author === null) return false;
  if (databaseId !== null && author.id !== undefined) return author.id === databaseId;
  return author.login.toLowerCase() === login.toLowerCase();
}
