import { ModeltrailError } from "../../diagnostics/errors.ts";
import { REGISTRY_FILE } from "../../registry/layout.ts";
import type { Context } from "../context.ts";
import type { AuditPlace } from "./place.ts";

/**
 * Before a new audit branch is made: Git keeps no branch `a` beside a branch `a/b`. Rejects with USAGE, and names the
 * one that is in the way.
 */
export async function requireFreeName(
  { repository, prefix }: Context,
  { branch, push }: AuditPlace,
): Promise<void> {
  const remote = push ? (await repository.remote.describe())?.name : undefined;
  const folder = remote === undefined ? "refs/heads/" : `refs/remotes/${remote}/`;
  const parts = branch.split("/");
  const above = parts.slice(1).map((_, index) => `${folder}${parts.slice(0, index + 1).join("/")}`);
  const below = await repository.refs.list(`${folder}${branch}/`);
  const names = below.map(({ name }) => name);
  for (const name of above) if ((await repository.refs.read(name)) !== undefined) names.push(name);
  const [inTheWay] = names;
  if (inTheWay === undefined) return;
  const name = inTheWay.slice(folder.length);
  const where = remote === undefined ? "" : ` of ${remote}`;
  throw new ModeltrailError("USAGE", `${branch} cannot be made beside the branch ${name}${where}`, {
    hint: `Rename ${name}, or name another branch in spec.audit.branch of ${prefix}${REGISTRY_FILE}.`,
  });
}
