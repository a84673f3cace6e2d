import { parseProposalBranch } from "../../change/change-set.ts";
import { ModeltrailError } from "../../diagnostics/errors.ts";
import { REGISTRY_FILE } from "../../registry/layout.ts";
import type { Context } from "../context.ts";
import { readTouched } from "../judge/overlay.ts";
import { describePlace, ownersOf, readNeighbours } from "../read/registries.ts";
import { entryAt } from "../read/trees.ts";
import type { Session } from "./session.ts";

/** A branch that is to be merged. */
interface Candidate {
  readonly branch: string;
  readonly head: string;
  readonly builtOn: string;
}

/**
 * Rejects with MERGE_REFUSED for what is another registry's of the repository: a merge lands the whole branch, but only
 * the registry at hand is judged before it.
 */
export async function requireOwn(context: Context, session: Session, candidate: Candidate): Promise<void> {
  const { branch, head, builtOn } = candidate;
  const { outside, changes } = await readTouched(context, { base: session.tip.oid, builtOn, head });
  const found = await findTouched(context, session, {
    head,
    paths: outside.map(({ path }) => path),
  });
  const isMixed = changes.length > 0 || found.length > 1;
  const [first] = found;
  if (first !== undefined) throw refuse(session, branch, { ...first, isMixed });
  const owner = await findOwner(context, session, branch);
  if (owner === undefined) return;
  throw new ModeltrailError(
    "MERGE_REFUSED",
    `${branch} is a proposal of the registry ${describePlace(owner)}`,
    {
      hint: `Run modeltrail merge ${branch} there: that registry judges its own.`,
    },
  );
}

interface Touched {
  /** Of the registry: empty, or ending with `/`. */
  readonly prefix: string;
  /** A file of it that the branch changes. */
  readonly path: string;
  /** False for a registry that the branch brings. */
  readonly isOnTip: boolean;
}

/** The registries before or after the merge whose files are among those that changed outside of ours. */
async function findTouched(
  { repository, prefix: own }: Context,
  { tip }: Session,
  { head, paths }: { readonly head: string; readonly paths: readonly string[] },
): Promise<readonly Touched[]> {
  const { objects } = repository;
  const places = new Map<string, string>();
  for (const path of paths)
    for (const prefix of ownersOf(path)) if (prefix !== own && !places.has(prefix)) places.set(prefix, path);
  if (places.size === 0) return [];
  const [before, after] = [(await objects.readCommit(tip.oid)).tree, (await objects.readCommit(head)).tree];
  const found: Touched[] = [];
  for (const [prefix, path] of places) {
    const file = `${prefix}${REGISTRY_FILE}`;
    const isOnTip = (await entryAt(repository, before, file)) !== undefined;
    if (isOnTip || (await entryAt(repository, after, file)) !== undefined)
      found.push({ prefix, path, isOnTip });
  }
  return found;
}

/** The folder of the registry whose proposals have such names; undefined when it is ours, or nobody's. */
async function findOwner(context: Context, session: Session, branch: string): Promise<string | undefined> {
  const [name = "", ...rest] = branch.split("/");
  const isProposal = (text: string): boolean => parseProposalBranch(text) !== undefined;
  const isOurs =
    branch.startsWith(session.branchPrefix) && isProposal(branch.slice(session.branchPrefix.length));
  if (isOurs || !(isProposal(branch) || isProposal(rest.join("/")))) return undefined;
  const neighbours = await readNeighbours(context, session.tip.oid);
  return neighbours.find(({ prefix, registry }) =>
    prefix === "" ? isProposal(branch) : registry?.metadata.name === name && isProposal(rest.join("/")),
  )?.prefix;
}

function refuse(
  session: Session,
  branch: string,
  { prefix, path, isOnTip, isMixed }: Touched & { readonly isMixed: boolean },
): ModeltrailError {
  const message = `${branch} changes ${JSON.stringify(path)}, which belongs to the registry ${describePlace(prefix)} and is not judged here`;
  const isHosted = session.forge.pullRequests !== undefined;
  const alone = isOnTip
    ? `Run modeltrail merge ${branch} there: that registry judges its own.`
    : `Only the branch has that registry: run modeltrail validate there, and ${isHosted ? "merge the pull request on its page" : "use git merge"}.`;
  const mixed = isHosted
    ? "Merge it on its page once each registry's verdict is there, or propose a branch for each."
    : "Make a branch for each registry, and merge each where it belongs.";
  return new ModeltrailError("MERGE_REFUSED", message, { hint: isMixed ? mixed : alone });
}
