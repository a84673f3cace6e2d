import { parseProposalBranch, type ProposalName } from "../../change/change-set.ts";
import type { Session } from "./session.ts";

/** Closes the older proposals for the stage that a new one is about; returns their branches. */
export async function supersedeOlder(session: Session, branch: string): Promise<readonly string[]> {
  const mine = parseProposalBranch(branch);
  if (mine?.stage === undefined) return [];
  const closed: string[] = [];
  for (const proposal of await session.forge.listOpen()) {
    const name = proposal.branch.slice(session.branchPrefix.length);
    if (name === branch || !isSameStage(parseProposalBranch(name), mine)) continue;
    await session.forge.close(proposal.branch, proposal.head, "superseded");
    closed.push(proposal.branch);
  }
  return closed;
}

function isSameStage(other: ProposalName | undefined, mine: ProposalName): boolean {
  return other?.stage === mine.stage && other?.model === mine.model;
}
