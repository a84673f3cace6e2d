/** Who wrote a comment, as GitHub says with it. */
export interface Authored {
  readonly author_association?: string | undefined;
  readonly user: { readonly type?: string | undefined } | null;
}

const INSIDERS: ReadonlySet<string> = new Set(["OWNER", "MEMBER", "COLLABORATOR"]);

/**
 * Whether a comment that looks like ours counts as ours: anybody who may comment can copy our text. Tokens of Apps
 * write as bots, which GitHub counts among no people of the repository.
 */
export function isTrusted({ author_association: who, user }: Authored): boolean {
  return INSIDERS.has(who ?? "") || user?.type === "Bot";
}
