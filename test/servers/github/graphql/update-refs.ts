import { checkGuards, type RefMove } from "../guards.ts";
import { text } from "../router.ts";
import type { GitFolder } from "../git.ts";
import type { Repository } from "../state.ts";
import { type Asking, type Input, enter, findById } from "./access.ts";
import { failure } from "./failure.ts";

interface RefUpdate {
  readonly name: string;
  readonly beforeOid?: string | null;
  readonly afterOid: string;
  readonly force?: boolean | null;
}

const NONE = "0".repeat(40);

/** Makes, moves and deletes several refs, all or none; where an id before is named, the ref has to hold it. */
export function updateRefs(asking: Asking, input: Input): object {
  const need = { name: "UpdateRefs", role: "write", scope: "contents" } as const;
  const { repository, viewer } = enter(asking, findById(asking.forge, text(input["repositoryId"])), need);
  const updates = input["refUpdates"] as readonly RefUpdate[];
  if (new Set(updates.map(({ name }) => name)).size !== updates.length)
    throw failure("UNPROCESSABLE", "A ref was named more than once");
  const moves = updates.map((update) => readMove(repository, update));
  for (const move of moves) checkGuards(repository, viewer, move);
  // Also where a folder of refs stands in the way, or the other way round.
  if (!repository.git.moveAll(moves)) throw failure("UNPROCESSABLE", "Reference update failed");
  return {};
}

function readMove({ git }: Repository, { name, beforeOid, afterOid, force }: RefUpdate): RefMove {
  if (!git.mayName(name))
    throw failure("UNPROCESSABLE", `"${name}" is not a valid, fully qualified ref name`);
  const from = git.refs(name).get(name) ?? null;
  if (typeof beforeOid === "string" && beforeOid !== (from ?? NONE))
    throw failure("STALE_DATA", `Expected "${name}" to point to "${beforeOid}" but it did not`);
  const to = afterOid === NONE ? null : afterOid;
  if (to === null) return { name, from, to };
  checkTarget(git, name, to);
  if (from !== null && force !== true && !git.isAncestor(from, to))
    throw failure("UNPROCESSABLE", "Update is not a fast forward");
  return { name, from, to };
}

function checkTarget(git: GitFolder, name: string, oid: string): void {
  const type = git.type(oid);
  if (type === undefined) throw failure("UNPROCESSABLE", "Object does not exist");
  if (type !== "commit" && name.startsWith("refs/heads/"))
    throw failure("UNPROCESSABLE", "Object is not a commit");
}
