import type { ArtifactScope } from "../workflows/judge/judge.ts";
import type { History, HistoryQuery, StateAt } from "../workflows/history.ts";
import type { ModelList } from "../workflows/list.ts";
import type { ReadAt } from "../workflows/read/commit.ts";
import type { Resolution } from "../workflows/resolve.ts";
import type { ModelDetails } from "../workflows/show.ts";
import type { ChangeReport, TreeReport } from "../workflows/validate.ts";
import { openContext } from "./open-context.ts";

/** How to open a registry. */
export interface OpenRegistryOptions {
  /** Hears of what an answer does not say: broken neighbours, yanked versions. */
  readonly onWarning?: (message: string) => void;
}

/** An open registry. Every method rejects with a ModeltrailError; see its `code`. */
export interface RegistryHandle {
  /** Where the bytes of `<model>@<version|stage|latest>` are. */
  resolve(reference: string, at?: ReadAt): Promise<Resolution>;
  /** Every model with what its stages hold. */
  list(at?: ReadAt): Promise<ModelList>;
  /** Everything of one model, or of one version. */
  show(reference: string, at?: ReadAt): Promise<ModelDetails>;
  /** What happened, newest first. */
  history(query?: HistoryQuery): Promise<History>;
  /** What stages held at a moment. */
  stateAt(moment: Date, query?: HistoryQuery): Promise<StateAt>;
  /** What is wrong in the files of the work tree. */
  validate(artifacts?: ArtifactScope): Promise<TreeReport>;
  /** The verdict on what `head` changed since it left `base`. */
  validateChange(
    revisions: { readonly base: string; readonly head: string },
    artifacts?: ArtifactScope,
  ): Promise<ChangeReport>;
  /** Ends what was started. Safe to call twice. */
  close(): Promise<void>;
}

/** Opens the registry in a folder: the one that holds modeltrail.yaml, or one below it. */
export async function openRegistry(
  folder: string,
  options: OpenRegistryOptions = {},
): Promise<RegistryHandle> {
  const notices = {
    warn: options.onWarning ?? ((): void => undefined),
    hint: (): void => undefined,
    progress: (): void => undefined,
  };
  const context = await openContext({ cwd: folder, env: process.env, notices, now: () => new Date() });
  return {
    resolve: async (reference, at) =>
      (await import("../workflows/resolve.ts")).resolveModel(context, reference, at),
    list: async (at) => (await import("../workflows/list.ts")).listModels(context, at),
    show: async (reference, at) => (await import("../workflows/show.ts")).showModel(context, reference, at),
    history: async (query) => (await import("../workflows/history.ts")).readHistory(context, query),
    stateAt: async (moment, query) =>
      (await import("../workflows/history.ts")).readStateAt(context, moment, query),
    validate: async (artifacts = "none") =>
      (await import("../workflows/validate.ts")).validateWorkTree(context, artifacts),
    validateChange: async (revisions, artifacts = "changed") =>
      (await import("../workflows/validate.ts")).validateChange(context, revisions, artifacts),
    close: () => context.repository.close(),
  };
}
