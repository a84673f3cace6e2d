import type { Forge, NewProposal, Published } from "../../../ports/forge.ts";
import { RemoteBranches } from "../branches.ts";
import { type GitHubForgeOptions, openGitHubForge } from "../open-github-forge.ts";
import type { ApiRepository } from "./open-github-objects.ts";
import { canSign, commitOnBranch } from "./signed.ts";

interface Parts {
  readonly inner: Forge;
  readonly api: ApiRepository;
  readonly branches: RemoteBranches;
  /** The default branch of proposals, without `refs/heads/`. */
  readonly base: string;
  /** Whether commits are to be the token's user's own, which GitHub then signs. */
  readonly signs: boolean;
}

/** Pull requests whose commits are made by GitHub's API. */
export function openApiForge(
  options: GitHubForgeOptions & { readonly api: ApiRepository; readonly signs: boolean },
): Forge {
  const { api, signs, base, repository } = options;
  const inner = openGitHubForge(options);
  const parts: Parts = { inner, api, branches: new RemoteBranches(repository), base, signs };
  return {
    ...inner,
    publish: (proposal, expected) => publish(parts, proposal, expected),
  };
}

/** A new branch gets its commit from GitHub; one that is moved goes straight from one commit to the other. */
async function publish(parts: Parts, proposal: NewProposal, expected: string | null): Promise<Published> {
  const { inner, api, branches, signs } = parts;
  const { uploads } = api.parts();
  const { branch, base } = proposal;
  const tip = await branches.tip(branch);
  if (tip === proposal.head) return inner.publish(proposal, expected);
  const isLeft = expected === null && tip !== undefined && (await branches.isHalfMade(tip, parts.base));
  const isNew = expected === null && (tip === undefined || (isLeft && tip === base));
  if (isNew && signs && (await canSign(api.parts(), proposal))) {
    const head = await commitOnBranch(api.parts(), proposal, tip);
    return inner.publish({ ...proposal, head }, expected);
  }
  const head = await uploads.bring(proposal.head);
  return inner.publish({ ...proposal, head }, isLeft ? tip : expected);
}
