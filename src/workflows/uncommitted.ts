import { identifyPath, modelFolder, modelPath, stagePath } from "../registry/layout.ts";
import type { ModelView } from "../registry/model-view.ts";
import type { Context } from "./context.ts";
import { blobId } from "./digest.ts";
import type { ModelList } from "./list.ts";
import { registryTree, type RegistryCommit } from "./read/commit.ts";
import { entryAt } from "./read/trees.ts";

/** A manifest of the commit that an answer is made from. */
export interface CommittedFile {
  readonly path: string;
  /** The blob's id. */
  readonly id: string;
}

/** Beyond this many, files are not read for a hint alone. */
const MOST_FILES = 64;

/**
 * Edits that are not committed are not state; whoever made them may think so. Hints at those of an answer's files
 * that differ in the work tree. Reads each of them once, and none when there are many.
 */
export async function hintUncommitted(
  context: Context,
  { isHead }: RegistryCommit,
  files: readonly CommittedFile[],
): Promise<void> {
  if (isHead !== true || files.length > MOST_FILES) return;
  const edited: string[] = [];
  for (const file of files) if (await isEdited(context, file)) edited.push(file.path);
  say(context, edited);
}

/**
 * The same for one model: those of its model.yaml, its stages, and the stages that are in the work tree alone whose
 * paths the answer is about.
 */
export async function hintUncommittedModel(
  context: Context,
  commit: RegistryCommit,
  model: ModelView,
  isShown: (path: string) => boolean,
): Promise<void> {
  if (commit.isHead !== true) return;
  const entries = [...(model.manifest === undefined ? [] : [model.manifest]), ...model.stages.values()];
  const shown = entries.filter(({ path }) => isShown(path));
  await hintUncommitted(context, commit, shown);
  say(context, (await stagesOfWorkTree(context, model)).filter(isShown));
}

/** The same for the stages of many models; when they are more than a few, none is looked at. */
export async function hintUncommittedList(
  context: Context,
  { commit, models }: Pick<ModelList, "commit" | "models">,
): Promise<void> {
  const { repository } = context;
  const paths = models.flatMap(({ model, stages }) =>
    Object.keys(stages).map((stage) => stagePath(model, stage)),
  );
  if (paths.length > MOST_FILES || (await repository.refs.head()).commit !== commit) return;
  const tree = await registryTree(context, commit);
  if (tree === undefined) return;
  const files: CommittedFile[] = [];
  for (const path of paths) {
    const entry = await entryAt(repository, tree, path);
    if (entry !== undefined) files.push({ path, id: entry.oid });
  }
  await hintUncommitted(context, { oid: commit, tree, isHead: true }, files);
}

/** A stage that holds nothing in the commit may hold something in the work tree. */
export async function hintUncommittedStage(
  context: Context,
  { isHead }: RegistryCommit,
  path: string,
): Promise<void> {
  if (isHead === true && (await context.readWorkFile(path)) !== undefined) say(context, [path]);
}

async function isEdited(context: Context, { path, id }: CommittedFile): Promise<boolean> {
  const bytes = await context.readWorkFile(path);
  if (bytes !== undefined) return blobId(bytes) !== id && blobId(withoutReturns(bytes)) !== id;
  // Removed by hand, unless the whole model is not checked out.
  const identity = identifyPath(path);
  const model = identity.kind === "stage" || identity.kind === "version" ? identity.model : undefined;
  return model !== undefined && (await context.readWorkFile(modelPath(model))) !== undefined;
}

/** As Git stores a file whose line ends it changed at checkout. */
function withoutReturns(bytes: Uint8Array): Uint8Array {
  return new TextEncoder().encode(new TextDecoder().decode(bytes).replaceAll("\r\n", "\n"));
}

async function stagesOfWorkTree(
  { repository, prefix }: Context,
  model: ModelView,
): Promise<readonly string[]> {
  const folder = `${prefix}${modelFolder(model.name)}/stages`;
  // A bare repository, or a folder that cannot be read: a hint is not worth a failure.
  const files = await repository.worktree.list(folder).catch(() => []);
  return files.flatMap(({ path }) => {
    const [stage = "", file, ...rest] = path.split("/");
    const isStage = file === "stage.yaml" && rest.length === 0;
    return isStage && !model.stages.has(stage) ? [stagePath(model.name, stage)] : [];
  });
}

function say({ notices, prefix }: Context, edited: readonly string[]): void {
  const [first, ...rest] = edited;
  if (first === undefined) return;
  const more = rest.length === 0 ? " has" : ` and ${rest.length} more have`;
  notices.hint(`${prefix}${first}${more} edits that are not committed; this answers for the commit`);
}
