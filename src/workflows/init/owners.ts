import {
  CODEOWNERS_FILES,
  type Ownership,
  placeOwnerLines,
  readRegistryOwners,
  renderOwnerLines,
  toOwner,
} from "../../change/codeowners.ts";
import type { RepositoryFile } from "../../change/workflow-files.ts";
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
      `Nobody owns modeltrail.yaml and .github/ in ${file} yet: name them with --owners ada,acme/platform.`,
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
  const lines = renderOwnerLines({ prefix, owners, models, stages, file });
  if (text === undefined && lines.length === 0) return [];
  const edited = placeOwnerLines(text, prefix, lines);
  if (edited === undefined) {
    notices.warn(
      `${file} was left alone: its marks "# modeltrail: begin" and "# modeltrail: end" are no pair`,
    );
    return [];
  }
  return edited === text ? [] : [{ path: file, text: edited }];
}

/** Rejects with USAGE for a name that GitHub cannot have. */
function wantedOwners({ owners }: GitHubSetup): readonly string[] | undefined {
  const wrong = owners?.find((owner) => toOwner(owner) === undefined);
  if (wrong === undefined) return owners;
  throw new ModeltrailError("USAGE", `${JSON.stringify(wrong)} is no login and no team of GitHub's`, {
    hint: "Write --owners ada,acme/platform.",
  });
}

async function readCodeowners(
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
