import type { Registry } from "../../manifest/types.generated.ts";
import type { Context } from "../context.ts";
import { shortName } from "../write/session.ts";

/** The branch that proposals go to: what modeltrail.yaml says, else the remote's, else main or master, else what is checked out. */
export async function nameDefaultBranch(
  { repository }: Context,
  spec: Pick<Registry["spec"], "branch">,
): Promise<string> {
  if (spec.branch !== undefined) return spec.branch;
  const { refs, remote } = repository;
  const origin = await remote.describe();
  const target = origin && (await refs.symbolic(`refs/remotes/${origin.name}/HEAD`));
  if (origin !== undefined && target !== undefined)
    return target.slice(`refs/remotes/${origin.name}/`.length);
  const { branch } = await refs.head();
  for (const name of ["main", "master"]) {
    if ((await refs.read(`refs/heads/${name}`)) !== undefined) return name;
  }
  return branch === undefined ? "main" : shortName(branch);
}
