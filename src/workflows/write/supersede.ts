import { parseProposalBranch, type ProposalName } from "../../change/change-set.ts";
import type { Context } from "../context.ts";
import { readOurs } from "./ours.ts";
import type { Session } from "./session.ts";

/**
 * Closes the older proposals for the stage that a new one is about, but none with a person's work; returns their
 * branches. Pull requests are older when their number is lower: so that two which are opened at once do not close
 * each other.
 */
export async function supersedeOlder(
  context: Context,
  session: Session,
  branch: string,
  number?: number,
): Promise<readonly string[]> {
  const mine = parseProposalBranch(branch);
  if (mine?.stage === undefined) return [];
  const closed: string[] = [];
  for (const proposal of await session.forge.listOpen()) {
    const name = proposal.branch.slice(session.branchPrefix.length);
    if (name === branch || !isSameStage(parseProposalBranch(name), mine)) continue;
    if (number !== undefined && (proposal.request?.number ?? 0) > number) continue;
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
  return closed;
}

function isSameStage(other: ProposalName | undefined, mine: ProposalName): boolean {
  return other?.stage === mine.stage && other?.model === mine.model;
}
