import type { OwnAccess } from "../../ports/forge.ts";
import type { Place } from "./pulls.ts";

/** What the token may do in the repository, as far as GitHub says. */
export async function readOwnAccess({ api: { rest, repo } }: Place): Promise<OwnAccess> {
  const { archived, permissions } = (await rest.repos.get({ ...repo })).data;
  if (archived) return "archived";
  if (permissions?.push === true) return "write";
  // An App's token has no role in the repository: it is told "no" to everything.
  return permissions?.pull === true ? "read" : "untold";
}
