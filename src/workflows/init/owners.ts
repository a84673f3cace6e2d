import {
  claimPaths,
  CODEOWNERS_FILES,
  findLaterClaims,
  type Ownership,
  placeOwnerLines,
  readRegistryOwners,
  renderOwnerLines,
  toOwner,
  withinRegistry,
} from "../../change/codeowners.ts";
import { type RepositoryFile, workflowPaths } from "../../change/workflow-files.ts";
import { ModeltrailError } from "../../diagnostics/errors.ts";
import { modelNameProblem, nameProblem } from "../../registry/names.ts";
import type { Context } from "../context.ts";
import type { RegistryCommit } from "../read/commit.ts";
import { readSnapshot } from "../read/snapshot.ts";
import type { GitHubSetup, Planning } from "./github-files.ts";

/** CODEOWNERS with the lines of this registry; nothing when it says so already. */
export async function planOwners(
  context: Context,
  { place, setup, read }: Planning,
): Promise<readonly RepositoryFile[]> {
  const { prefix, notices } = context;
  const found = await readCodeowners(read);
  const { file, text } = found;
  const { existing, registry } = place;
  const owners = wantedOwners(setup) ?? readRegistryOwners(text ?? "", prefix);
  if (owners.length === 0)
    notices.hint(
      `Nobody owns modeltrail.yaml and the workflows in ${file} yet: name them with --owners ada,acme/platform.`,
    );
  const models = existing === undefined ? [] : await readModels(context, existing);
  const unknown = new Set(
    models.flatMap((model) => model.owners.filter((name) => toOwner(name) === undefined)),
  );
  if (unknown.size > 0)
    notices.hint(
      `Owners of models that are no login and no team on GitHub were left out of ${file}: ${unknown.size}.`,
    );
  const stages = registry.spec.stages.map(({ name, approvals }) => ({
    name,
    approvers: approvals?.from ?? [],
  }));
  hintAtLeftOut(context, models, stages);
  const workflows = workflowPaths({ prefix, registry: registry.metadata.name });
  const ownership: Ownership = { prefix, owners, models, stages, workflows, file, text };
  const lines = renderOwnerLines(ownership);
  if (text === undefined && lines.length === 0) return [];
  const edited = placeOwnerLines(text, prefix, lines);
  if (edited === undefined) {
    notices.warn(
      `${file} was left alone: its marks "# modeltrail: begin" and "# modeltrail: end" are no pair`,
    );
    return [];
  }
  hintAtKept(context, ownership);
  warnOfClaims(context, file, edited);
  return edited === text ? [] : [{ path: file, text: edited }];
}

function hintAtLeftOut({ notices }: Context, models: Ownership["models"], stages: Ownership["stages"]): void {
  const places = models.flatMap(({ name, approvers }) =>
    Object.entries(approvers)
      .filter(([stage, wanted]) => withinRegistry({ stages }, stage, wanted).leftOut.length > 0)
      .map(([stage]) => `${name} (${stage})`),
  );
  if (places.length > 0)
    notices.hint(
      `modeltrail.yaml names the approvers of a stage, and a model may only narrow them: others were left out of code owners for ${shorten(places)}.`,
    );
}

/** Our lines come later, so they would take paths from those who had them, unless they name them, too. */
function hintAtKept({ notices }: Context, ownership: Ownership): void {
  const own = new Set(ownership.owners.map((name) => toOwner(name)?.toLowerCase()));
  const kept = claimPaths(ownership).flatMap(({ pattern, kept: line }) =>
    line === undefined || line.owners.every((owner) => own.has(owner.toLowerCase()))
      ? []
      : [`${pattern} (${line.owners.join(" ")}, line ${line.number})`],
  );
  if (kept.length > 0)
    notices.hint(`Others own these paths as well, and keep their say in them: ${shorten(kept)}.`);
}

/** The last match counts, so what stands below our lines is what GitHub asks for. */
function warnOfClaims({ notices, prefix }: Context, file: string, text: string): void {
  const claims = findLaterClaims(text, prefix);
  if (claims.length === 0) return;
  const lines = shorten(claims.map(({ number }) => `${number}`));
  notices.warn(
    `${file} gives paths of this registry to others below its block, and the last match counts: move what stands there above "# modeltrail: begin" (line ${lines})`,
  );
}

/** The first few, and how many more there are. */
function shorten(all: readonly string[]): string {
  const [first, more] = [all.slice(0, 5).join(", "), all.length - 5];
  return more > 0 ? `${first} and ${more} more` : first;
}

/** Rejects with USAGE for a name that GitHub cannot have. */
function wantedOwners({ owners }: GitHubSetup): readonly string[] | undefined {
  const wrong = owners?.find((owner) => toOwner(owner) === undefined);
  if (wrong === undefined) return owners;
  throw new ModeltrailError("USAGE", `${JSON.stringify(wrong)} is no login and no team of GitHub's`, {
    hint: "Write --owners ada,acme/platform.",
  });
}

/** The file that counts; where there is none, the one that would be made. */
export async function readCodeowners(
  read: Planning["read"],
): Promise<{ readonly file: string; readonly text: string | undefined }> {
  for (const file of CODEOWNERS_FILES) {
    const text = await read(file);
    if (text !== undefined) return { file, text };
  }
  return { file: CODEOWNERS_FILES[0] ?? "", text: undefined };
}

async function readModels(context: Context, commit: RegistryCommit): Promise<Ownership["models"]> {
  const { models } = await readSnapshot(context, commit, {
    models: "all",
    wanted: (identity) => identity.kind === "model",
  });
  // A folder may be called anything, and a line of this file gives rights.
  const names = [...models.keys()].filter((name) => modelNameProblem(name) === undefined).toSorted();
  return names.flatMap((name) => {
    const model = models.get(name);
    const isWrong = model?.findings.some(
      ({ severity, file }) => severity === "error" && file === model.manifest?.path,
    );
    const spec = model?.manifest?.value?.spec;
    if (spec === undefined || isWrong === true) return [];
    const rules = Object.entries(spec.stages ?? {}).filter(
      ([stage]) => nameProblem("stage", stage) === undefined,
    );
    const approvers = Object.fromEntries(
      rules.map(([stage, { approvals }]) => [stage, approvals?.from ?? []]),
    );
    return [{ name, owners: spec.owners ?? [], approvers }];
  });
}
