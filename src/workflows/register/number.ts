import { parseProposalBranch } from "../../change/change-set.ts";
import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { Proposal } from "../../ports/forge.ts";
import type { ModelView } from "../../registry/model-view.ts";
import {
  compareVersions,
  nextVersion,
  versionNumber,
  versionProblem,
  type Bump,
} from "../../registry/versions.ts";
import type { Session } from "../write/session.ts";

/** How the number was asked for. */
export interface NumberOptions {
  readonly version?: string;
  readonly bump?: Bump;
}

/** An open proposal of a new version. */
export interface ProposedVersion extends Proposal {
  readonly version: string;
}

/** The open proposals of new versions of a model, highest first. */
export async function listProposed(session: Session, name: string): Promise<readonly ProposedVersion[]> {
  const proposed = (await session.forge.listOpen()).flatMap(({ branch, head }) => {
    const proposal = parseProposalBranch(branch.slice(session.branchPrefix.length));
    const version = proposal?.version;
    return proposal?.kind === "register" &&
      proposal.model === name &&
      version !== undefined &&
      versionProblem(version) === undefined
      ? [{ branch, head, version }]
      : [];
  });
  return proposed.toSorted((a, b) => compareVersions(b.version, a.version));
}

/** What a free number has to be told apart from. */
export interface NumberSearch {
  readonly model: ModelView | undefined;
  readonly proposed: readonly ProposedVersion[];
  readonly bump: Bump | undefined;
  /** Whether storage has room for a number. */
  readonly hasRoom: (version: string) => Promise<boolean>;
}

/** Each is a question to the store; so many left-overs in a row are no accident. */
const MAX_SKIPPED = 50;

/** The next number. Those taken by manifests, yanks, open proposals and left-overs in storage are skipped. */
export async function findNumber({ model, proposed, bump, hasRoom }: NumberSearch): Promise<string> {
  const taken = [
    ...(model?.versions.keys() ?? []),
    ...(model?.yanks.keys() ?? []),
    ...proposed.map(({ version }) => version),
  ];
  for (let tries = 0; tries < MAX_SKIPPED; tries += 1) {
    const version = nextVersion(taken, bump ?? "minor");
    if (await hasRoom(version)) return version;
    taken.push(version);
  }
  throw new ModeltrailError(
    "VERSION_TAKEN",
    `storage holds other files under each of the next ${MAX_SKIPPED} numbers, up to ${taken.at(-1) ?? ""}`,
    { hint: "Give a number of your own with --version, or remove what was left behind from storage." },
  );
}

/** Rejects with VERSION_TAKEN for a number that a yank or another spelling holds; with USAGE for none at all. */
export function refuseNumber(name: string, model: ModelView | undefined, version: string): void {
  const problem = versionProblem(version);
  if (problem !== undefined) throw new ModeltrailError("USAGE", problem);
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
