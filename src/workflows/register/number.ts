import { parseProposalBranch } from "../../change/change-set.ts";
import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { ModelView } from "../../registry/model-view.ts";
import { nextVersion, versionNumber, versionProblem, type Bump } from "../../registry/versions.ts";
import type { Session } from "../write/session.ts";

/** How the number was asked for. */
export interface NumberOptions {
  readonly version?: string;
  readonly bump?: Bump;
}

/** The number of the new version. Numbers taken by manifests, yanks and open proposals are skipped. */
export async function chooseNumber(
  session: Session,
  name: string,
  model: ModelView | undefined,
  options: NumberOptions,
): Promise<string> {
  if (options.version !== undefined) {
    const problem = versionProblem(options.version);
    if (problem !== undefined) throw new ModeltrailError("USAGE", problem);
    refuseTaken(name, model, options.version);
    return options.version;
  }
  const proposed = (await session.forge.listOpen()).flatMap(({ branch }) => {
    const proposal = parseProposalBranch(branch.slice(session.branchPrefix.length));
    return proposal?.kind === "register" && proposal.model === name && proposal.version !== undefined
      ? [proposal.version]
      : [];
  });
  const taken = [...(model?.versions.keys() ?? []), ...(model?.yanks.keys() ?? []), ...proposed];
  return nextVersion(taken, options.bump ?? "minor");
}

/** A number that a yank or another spelling holds; the same spelling is compared by bytes later. */
function refuseTaken(name: string, model: ModelView | undefined, version: string): void {
  if (model === undefined) return;
  const yanked = [...model.yanks.keys()].find((other) => versionNumber(other) === versionNumber(version));
  if (yanked !== undefined)
    throw new ModeltrailError("VERSION_TAKEN", `${name} ${yanked} was yanked, and its number stays taken`, {
      hint: "Register under the next number, with --bump.",
    });
  const other = [...model.versions.keys()].find(
    (known) => known !== version && versionNumber(known) === versionNumber(version),
  );
  if (other !== undefined)
    throw new ModeltrailError(
      "VERSION_TAKEN",
      `${version} and ${other} are one number, which ${name} has already`,
      { hint: "Register under the next number, with --bump." },
    );
}
