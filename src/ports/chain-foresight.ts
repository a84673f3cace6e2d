import type { ChainLink } from "./repository.ts";

/** A link of a chain, and the commit that it goes on; undefined: it has none. */
export interface PlacedLink {
  readonly parent: string | undefined;
  readonly link: ChainLink;
}

/** The ids of a commit, whether it is there or not. */
export interface ForeseenCommit {
  readonly oid: string;
  readonly tree: string;
}

/** Tells what a chain of commits would be: what is found can then be held to it, bit by bit. */
export interface ChainForesight {
  /**
   * The commit that `CommitWriter.chain` would make of each link on its own parent, which must be there; writes nothing.
   * Undefined for a link that no commit can be made of. Where each parent is what the link before it makes, only the
   * first one's trees are read.
   */
  foresee(placed: readonly PlacedLink[]): Promise<readonly (ForeseenCommit | undefined)[]>;
}
