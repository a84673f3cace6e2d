import type { ChangeSet, ChangeStory } from "../change/change-set.ts";
import type { Registry } from "../manifest/types.generated.ts";
import type { Verdict } from "../policy/evaluate.ts";
import type { ArtifactStore } from "../ports/artifact-store.ts";
import type { Forge } from "../ports/forge.ts";
import type { ModelFiles } from "../ports/model-files.ts";
import type { Repository } from "../ports/repository.ts";

/** What every use case works on. Adapters come in as functions, so that each is loaded only when it is used. */
export interface Context {
  readonly repository: Repository;
  /** The registry's folder inside the repository: empty, or ending with `/`. */
  readonly prefix: string;
  /** The default branch as its host names it, such as `main`, where somebody told; it goes before `origin/HEAD`. */
  readonly defaultBranch?: string | undefined;
  readonly openStore: (storage: Registry["spec"]["storage"]) => Promise<ArtifactStore>;
  readonly openForge: (repository: Repository, scope: ForgeScope) => Promise<Forge>;
  /** Rejects with CREDENTIALS when there is nothing to sign in with where proposals are pull requests. */
  readonly requireAccess: (host: NonNullable<Registry["spec"]["forge"]>) => Promise<void>;
  /** A proposal as Markdown, in parts: what is needed most comes first. */
  readonly describeProposal: (story: ProposalStory) => Promise<readonly string[]>;
  readonly openModelFiles: () => Promise<ModelFiles>;
  /** Where a folder of this machine lies, seen from the registry. */
  readonly placeFolder: (folder: string, storage: Registry["spec"]["storage"]) => Promise<FolderPlace>;
  /** The Git repository of a folder with training code; undefined when there is no such folder, or it is in none. */
  readonly openCode: (folder: string) => Promise<CodeRepository | undefined>;
  /** The bytes of a file of the registry as it lies in the work tree; undefined when it is none, or not there. */
  readonly readWorkFile: (path: string) => Promise<Uint8Array | undefined>;
  readonly now: () => Date;
  readonly notices: Notices;
}

/** Where a registry lies in its repository. */
export type RegistryPlace = Pick<Context, "repository" | "prefix">;

/** What there is to say of a proposal. */
export interface ProposalStory {
  readonly kind: ChangeSet["kind"];
  readonly story: ChangeStory;
  readonly verdict: Verdict;
}

/** A folder as a target of a pull. */
export interface FolderPlace {
  /** What is in it, or what it is in, that no pull may touch; undefined when there is nothing. */
  readonly holds: "the Git repository" | "the registry's storage" | "a work tree of the registry" | undefined;
  /** Its path in the work tree; undefined when it lies outside. */
  readonly inWorkTree: string | undefined;
}

/** What a forge has to know of the registry. */
export interface ForgeScope {
  /** What branch names of proposals begin with: empty, or `<registry name>/`. */
  readonly branchPrefix: string;
  /** False keeps proposals on this machine. */
  readonly push: boolean;
  /** The branch that proposals are merged into, as people say it: `main`. */
  readonly base: string;
  /** Where proposals are pull requests; undefined where they are plain branches. */
  readonly host: Registry["spec"]["forge"];
}

/** A repository of training code. */
export interface CodeRepository {
  readonly repository: Repository;
  /** True when the folder lies in the registry's own: what is there is models, not code. */
  readonly isRegistry: boolean;
}

/** Words on the way to an answer; never the answer itself. */
export interface Notices {
  readonly warn: (message: string) => void;
  readonly hint: (message: string) => void;
  /** Bytes done of `total`, of long work. */
  readonly progress: (label: string, done: number, total: number) => void;
}
