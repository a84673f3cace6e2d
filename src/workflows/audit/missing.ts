import type { Finding } from "../../diagnostics/finding.ts";
import { makeFinding } from "../../diagnostics/make-finding.ts";
import type { Context } from "../context.ts";
import { findTakenBack, tellTakenBack, type Fetched } from "./fetched.ts";
import type { AuditPlace } from "./place.ts";

/**
 * What the remote no longer holds though this clone knew it, of the main branch and of all audit branches that it named.
 * What only your own branches hold is a warning: perhaps it was never pushed. Empty where nothing was fetched.
 */
export async function findMissing(
  context: Context,
  place: AuditPlace,
  branches: ReadonlySet<string>,
): Promise<readonly Finding[]> {
  const { fetched, base, branch, tip, localTip, main, mainLocalTip } = place;
  if (fetched === undefined) return [];
  const { remote } = fetched;
  const lost = await findTakenBack(context, fetched, new Set([base, ...branches]));
  const findings = lost.map((one) => takenBack(tellTakenBack(one, remote)));
  const known = new Set(lost.map(({ name }) => name));
  if (tip === undefined && localTip !== undefined && !known.has(branch))
    findings.push(
      takenBack(
        `${remote} has no branch ${branch}, and yours is at commit ${localTip}: it was deleted there, or never pushed`,
      ),
    );
  await warnOfMore(context, fetched, { name: base, own: mainLocalTip, theirs: main });
  if (tip !== undefined) await warnOfMore(context, fetched, { name: branch, own: localTip, theirs: tip });
  return findings;
}

interface TwoTips {
  readonly name: string;
  readonly own: string | undefined;
  readonly theirs: string;
}

async function warnOfMore(
  { repository, notices }: Context,
  { remote }: Fetched,
  { name, own, theirs }: TwoTips,
): Promise<void> {
  if (own === undefined || own === theirs || (await repository.history.isAncestor(own, theirs))) return;
  notices.warn(
    `your ${name} is at commit ${own}, which that of ${remote} (${theirs}) does not contain: it was not pushed yet, or was taken back on ${remote}. What was looked at is the remote's`,
  );
}

function takenBack(message: string): Finding {
  return makeFinding("AUDIT_BRANCH_TAKEN_BACK", { message });
}
