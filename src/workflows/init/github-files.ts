import { parseActionPin, type ActionPin } from "../../change/action-pins.ts";
import { renderWorkflows, type RepositoryFile } from "../../change/workflow-files.ts";
import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { Registry } from "../../manifest/types.generated.ts";
import { auditBranch } from "../audit/place.ts";
import type { Context } from "../context.ts";
import type { RegistryCommit } from "../read/commit.ts";
import { findDefaultBranch, shortName } from "../read/default-branch.ts";
import { planOwners } from "./owners.ts";
import { readRootFile, requireFolders } from "./root-file.ts";

/** What is wanted of the repository on GitHub besides the registry itself. */
export interface GitHubSetup {
  /** Where our actions come from, `owner/name@<commit>`; undefined: from the release. */
  readonly action?: string | undefined;
  /** Where this code was released from, as far as it knows. */
  readonly release?:
    { readonly repository: string; readonly commit: string; readonly version: string } | undefined;
  /** Logins and teams that own policy and workflows; left out: those that the file names already. */
  readonly owners?: readonly string[] | undefined;
}

/** What a set-up is made for. */
export interface SetupPlace {
  readonly registry: Registry;
  /** The commit that it is written on; undefined in a repository without commits. */
  readonly head: string | undefined;
  /** The registry in that commit; undefined when it is being made. */
  readonly existing: RegistryCommit | undefined;
}

/** The files that are missing or not up to date, by paths from the repository's root. What somebody changed stays. */
export async function planGitHubFiles(
  context: Context,
  place: SetupPlace,
  setup: GitHubSetup,
): Promise<readonly RepositoryFile[]> {
  requirePlainFolder(context.prefix);
  const { head } = place;
  const root = head === undefined ? undefined : (await context.repository.objects.readCommit(head)).tree;
  const read = (path: string): Promise<string | undefined> => readRootFile(context, root, path);
  const files = [
    ...(await planWorkflows(context, { place, setup, read })),
    ...(await planOwners(context, { place, setup, read })),
  ];
  await requireFolders(
    context,
    root,
    files.map(({ path }) => path),
  );
  return files;
}

/** What the parts of a set-up are planned from. */
export interface Planning {
  readonly place: SetupPlace;
  readonly setup: GitHubSetup;
  /** A file of the repository; undefined when it is not there. */
  readonly read: (path: string) => Promise<string | undefined>;
}

/** Patterns of CODEOWNERS know no quotes, and a workflow evaluates expressions. */
function requirePlainFolder(prefix: string): void {
  if (/^[A-Za-z0-9 ._/-]*$/.test(prefix)) return;
  throw new ModeltrailError(
    "USAGE",
    `the registry's folder ${JSON.stringify(prefix)} has characters that workflows and CODEOWNERS cannot name`,
    {
      hint: "Use letters, digits, dashes, dots and underscores, or leave --github out and write them by hand.",
    },
  );
}

async function planWorkflows(
  context: Context,
  { place, setup, read }: Planning,
): Promise<readonly RepositoryFile[]> {
  const action = pinOf(setup);
  if (action === undefined) {
    context.notices.warn(
      "it is not known which commit this was released from, so no workflows were written: name it with --action modeltrail/modeltrail@<commit>, 40 hexadecimal digits",
    );
    return [];
  }
  const { registry } = place;
  const { storage } = registry.spec;
  const files = renderWorkflows({
    registry: registry.metadata.name,
    prefix: context.prefix,
    branch: shortName((await findDefaultBranch(context, registry.spec.branch)).ref),
    auditBranch: auditBranch(registry, context.prefix),
    storage,
    action,
  });
  const missing: RepositoryFile[] = [];
  for (const file of files) {
    const present = await read(file.path);
    if (present === undefined) missing.push(file);
    else if (present !== file.text)
      context.notices.hint(
        `${file.path} is there already and stays as it is; remove it to have it written anew.`,
      );
  }
  if (missing.length > 0 && storage.uri.startsWith("file:")) warnFolder(context, storage.uri);
  return missing;
}

function warnFolder({ notices }: Context, uri: string): void {
  notices.warn(
    uri.startsWith("file:/")
      ? `the workflows read artifacts in ${uri}: let them run where that folder is, or keep artifacts in S3`
      : `artifacts lie in ${uri}, where no runner of GitHub sees them, so the workflows do not judge their bytes: keep them in S3`,
  );
}

function pinOf({ action, release }: GitHubSetup): ActionPin | undefined {
  if (action === undefined)
    return release === undefined ? undefined : { ...release, version: `v${release.version}` };
  const isRelease = release !== undefined && action === `${release.repository}@${release.commit}`;
  const pin = parseActionPin(action, isRelease ? `v${release.version}` : "the commit of --action");
  if (pin !== undefined) return pin;
  throw new ModeltrailError("USAGE", `${JSON.stringify(action)} names no action by its commit`, {
    hint: "Write --action owner/name@<commit>, with all 40 hexadecimal digits: a tag can be moved.",
  });
}
