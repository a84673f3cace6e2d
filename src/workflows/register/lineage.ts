import { ModeltrailError, redactSecrets } from "../../diagnostics/errors.ts";
import type { ModelVersion } from "../../manifest/types.generated.ts";
import type { Context } from "../context.ts";

type Lineage = NonNullable<ModelVersion["spec"]["lineage"]>;

/** What the user said about where a version comes from. */
export interface LineageOptions {
  readonly datasets?: Lineage["datasets"];
  /** `version` may be a stage or `latest` as well; the manifest holds the version that it means now. */
  readonly parents?: Lineage["parents"];
  readonly run?: Lineage["run"];
  /** The folder of the training code; left out: none is looked for. */
  readonly codeFolder?: string;
  /** True when the folder was named by the user, who then wants it to be recorded. */
  readonly codeGiven?: boolean;
}

/** Where a version comes from, as far as it is known. Rejects with USAGE for a named folder that has no commit. */
export async function readLineage(context: Context, options: LineageOptions): Promise<Lineage | undefined> {
  const code = await readCode(context, options);
  const lineage: Lineage = {
    ...(code === undefined ? {} : { code }),
    ...(options.run === undefined ? {} : { run: options.run }),
    ...(options.datasets === undefined || options.datasets.length === 0
      ? {}
      : { datasets: options.datasets }),
    ...(options.parents === undefined || options.parents.length === 0 ? {} : { parents: options.parents }),
  };
  return Object.keys(lineage).length === 0 ? undefined : lineage;
}

/** The commit of the training code; nothing when the folder is the registry's own or, unless it was named, has none. */
async function readCode(
  context: Context,
  { codeFolder: folder, codeGiven = false }: LineageOptions,
): Promise<Lineage["code"] | undefined> {
  const code = folder === undefined ? undefined : await context.openCode(folder);
  if (code === undefined) return codeGiven ? refuseCode(folder) : undefined;
  const { repository, isRegistry } = code;
  try {
    if (isRegistry) {
      if (codeGiven)
        context.notices.hint(
          `${folder} lies in the registry's own folder, whose commits say nothing of code, so none is recorded`,
        );
      return undefined;
    }
    const head = await repository.refs.head();
    if (head.commit === undefined) return codeGiven ? refuseCode(folder) : undefined;
    const [remote, dirty] = [await repository.remote.describe(), await repository.worktree.isDirty()];
    if (dirty === true)
      context.notices.warn(
        "the training code has changes that are not committed; the version says so (lineage.code.dirty)",
      );
    return {
      ...(remote === undefined ? {} : { repository: publicAddress(remote.url) }),
      commit: head.commit,
      ...(dirty === undefined ? {} : { dirty }),
    };
  } finally {
    await repository.close();
  }
}

function refuseCode(folder: string | undefined): never {
  throw new ModeltrailError("USAGE", `${folder} is no folder in a Git repository with a commit`, {
    hint: "Name the folder of the training code, or use --no-code.",
  });
}

/** An address as a manifest may hold it for ever: who fetched over http(s), and any password, is nobody's business. */
function publicAddress(url: string): string {
  if (/^https?:/i.test(url)) return redactSecrets(url.replace(/^(https?:\/\/)[^/?#]*@/i, "$1"));
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/[^/@:]*):[^/]*@/i, "$1@");
}
