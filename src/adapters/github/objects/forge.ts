import type { Forge, NewProposal, Published } from "../../../ports/forge.ts";
import { type GitHubForgeOptions, openGitHubForge } from "../open-github-forge.ts";
import type { ApiRepository } from "./open-github-objects.ts";
import { REMOTE } from "./refs.ts";
import { canSign, commitOnBranch } from "./signed.ts";

interface Parts {
  readonly inner: Forge;
  readonly api: ApiRepository;
  /** The default branch of proposals, without `refs/heads/`. */
  readonly base: string;
  /** Whether commits are to be the token's user's own, which GitHub then signs. */
  readonly signs: boolean;
}

/** Pull requests whose commits are made by GitHub's API. */
export function openApiForge(
  options: GitHubForgeOptions & { readonly api: ApiRepository; readonly signs: boolean },
): Forge {
  const { api, signs, base } = options;
  const inner = openGitHubForge(options);
  const parts: Parts = { inner, api, base, signs };
  return {
    ...inner,
    publish: (proposal, expected) => publish(parts, proposal, expected),
  };
}

/** A branch without a commit of its own proposes nothing: it was made, and its commit was not. */
async function isHalfMade({ api, base }: Parts, tip: string): Promise<boolean> {
  const main = await api.parts().refs.read(`refs/remotes/${REMOTE}/${base}`);
  return main !== undefined && (await api.parts().history.isAncestor(tip, main));
}

/** A new branch gets its commit from GitHub; one that is moved goes straight from one commit to the other. */
async function publish(parts: Parts, proposal: NewProposal, expected: string | null): Promise<Published> {
  const { inner, api, signs } = parts;
  const { refs, uploads } = api.parts();
  const { branch, base } = proposal;
  const tip = await refs.read(`refs/remotes/${REMOTE}/${branch}`);
  if (tip === proposal.head) return inner.publish(proposal, expected);
  const isLeft = expected === null && tip !== undefined && (await isHalfMade(parts, tip));
  const isNew = expected === null && (tip === undefined || (isLeft && tip === base));
  if (isNew && signs && (await canSign(api.parts(), proposal))) {
    const head = await commitOnBranch(api.parts(), proposal, tip);
    return inner.publish({ ...proposal, head }, expected);
  }
  const head = await uploads.bring(proposal.head);
  return inner.publish({ ...proposal, head }, isLeft ? tip : expected);
}
