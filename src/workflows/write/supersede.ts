import { parseProposalBranch, type ProposalName } from "../../change/change-set.ts";
import { isModeltrailError } from "../../diagnostics/errors.ts";
import type { BranchTip, Proposal } from "../../ports/forge.ts";
import type { Context } from "../context.ts";
import { readOurs } from "./ours.ts";
import type { Session } from "./session.ts";

/** The proposal that takes the place of others. */
export interface Successor {
  /** Without the prefix of a registry in a sub-folder. */
  readonly branch: string;
  /** Of its pull request: lower ones are older, so that two which are opened at once do not close each other. */
  readonly number: number | undefined;
  /** Its commit, where it stood before; then only what was made earlier is older. */
  readonly since: string | undefined;
}

/**
 * Closes the older proposals for the stage, but none with a person's work; returns their branches. Clears away what an
 * earlier run left of one.
 */
export async function supersedeOlder(
  context: Context,
  session: Session,
  successor: Successor,
): Promise<readonly string[]> {
  const { branch } = successor;
  const mine = parseProposalBranch(branch);
  if (mine?.stage === undefined) return [];
  const closed: string[] = [];
  for (const proposal of await session.forge.listOpen()) {
    const name = proposal.branch.slice(session.branchPrefix.length);
    if (name === branch || !isSameStage(parseProposalBranch(name), mine)) continue;
    if (!(await isOlder(context, proposal, successor))) continue;
    if ((await readOurs(context, proposal.head, name)) === undefined) {
      context.notices.warn(`${proposal.branch} has commits that Modeltrail did not make, so it stays open`);
      continue;
    }
    await session.forge.close(proposal.branch, proposal.head, {
      why: "superseded",
      by: `${session.branchPrefix}${branch}`,
    });
    closed.push(proposal.branch);
  }
  const known = [...closed, `${session.branchPrefix}${branch}`];
  await sweep(context, session, { mine, known });
  return closed;
}

interface Sweeping {
  readonly mine: ProposalName;
  /** Branches that need no look. */
  readonly known: readonly string[];
}

/** What an earlier run closed and could not clear away. It stops nothing: all that matters is done. */
async function sweep(context: Context, session: Session, { mine, known }: Sweeping): Promise<void> {
  const { notices } = context;
  const { forge, branchPrefix } = session;
  const { stage = "", model } = mine;
  const folders = [`promote/${stage}/${model}/`, `rollback/${stage}/${model}/`, `retire/${stage}/`];
  const nameOf = ({ branch }: BranchTip): string => branch.slice(branchPrefix.length);
  try {
    await forge.sweep?.(
      folders.map((folder) => `${branchPrefix}${folder}`),
      async (found) => {
        const ofStage = found.filter(
          (tip) => !known.includes(tip.branch) && isSameStage(parseProposalBranch(nameOf(tip)), mine),
        );
        return pickOurs(context, ofStage, nameOf);
      },
    );
  } catch (error) {
    if (!isModeltrailError(error)) throw error;
    notices.warn(`branches that superseded proposals may have left were not looked for: ${error.message}`);
  }
}

/** Those at a commit of ours, the newest first: what was left is rarely old, and rejected ones may stay for long. */
async function pickOurs(
  context: Context,
  found: readonly BranchTip[],
  nameOf: (tip: BranchTip) => string,
): Promise<readonly BranchTip[]> {
  const ours: { readonly tip: BranchTip; readonly seconds: number }[] = [];
  for (const tip of found) {
    if ((await readOurs(context, tip.head, nameOf(tip))) === undefined) continue;
    const { committer } = await context.repository.objects.readCommit(tip.head);
    ours.push({ tip, seconds: committer.seconds });
  }
  return ours.toSorted((a, b) => b.seconds - a.seconds).map(({ tip }) => tip);
}

async function isOlder(
  { repository }: Context,
  { head, request }: Proposal,
  { number, since }: Successor,
): Promise<boolean> {
  if (number !== undefined) return (request?.number ?? 0) < number;
  if (since === undefined) return true;
  const [theirs, mine] = [
    await repository.objects.readCommit(head),
    await repository.objects.readCommit(since),
  ];
  return theirs.committer.seconds < mine.committer.seconds;
}

function isSameStage(other: ProposalName | undefined, mine: ProposalName): boolean {
  return other?.stage === mine.stage && other?.model === mine.model;
}
