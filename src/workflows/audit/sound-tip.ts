import { parseAuditPath, type AuditEntry } from "../../audit/entry.ts";
import { makeFinding } from "../../diagnostics/make-finding.ts";
import type { Finding } from "../../diagnostics/finding.ts";
import type { Commit } from "../../ports/repository.ts";
import type { Context } from "../context.ts";
import { readBranch, type BranchStep } from "./branch-history.ts";
import { compareCommits } from "./compare-commits.ts";
import { damaged } from "./damaged.ts";
import { sortSteps } from "./found.ts";
import { readEntryAt, type LastEntry } from "./read-entries.ts";

/** Nearly always it is among the first few. */
const FEW = 4;
/** More enrichment than this never comes after an entry: no entry gets it twice, and older ones only for so long. */
const MOST_ON_TOP = 200;

/**
 * Before anything is put on an audit branch, or anchored: its tip has to be a commit that a recorder makes, that of the
 * last entry or of enrichment behind it. Rejects with AUDIT_DAMAGED; what lies below is verify's to tell.
 */
export async function requireSoundTip(
  context: Context,
  { branch, tip }: { readonly branch: string; readonly tip: string },
  last: LastEntry,
): Promise<void> {
  const { seq } = last.entry;
  const steps =
    (await readTop(context, { tip, seq, limit: FEW })) ??
    (await readTop(context, { tip, seq, limit: MOST_ON_TOP }));
  if (steps === undefined)
    throw damaged(branch, `entry ${seq} came in none of its newest ${MOST_ON_TOP} commits`);
  const { tree } = await context.repository.objects.readCommit(tip);
  const about = new Map<number, AuditEntry>([[seq, last.entry]]);
  for (const number of enrichedBy(steps)) {
    if (about.has(number)) continue;
    about.set(number, (await readEntryAt(context, branch, { tree, seq: number })).entry);
  }
  const { entries, commits, findings } = sortSteps(steps, (number) => about.get(number)?.source);
  const sources = new Map<string, Commit>();
  for (const { source } of commits) sources.set(source, await context.repository.objects.readCommit(source));
  const [first] = [
    ...findings,
    ...(entries.length === 1 ? [] : [severalEntries(steps)]),
    ...(await compareCommits(context, commits, sources)),
  ];
  if (first !== undefined)
    throw damaged(branch, first.file === undefined ? first.message : `${first.file}: ${first.message}`);
}

/** The commits from the one that brought the last entry on, oldest first; undefined where that is not among the newest. */
async function readTop(
  context: Context,
  { tip, seq, limit }: { readonly tip: string; readonly seq: number; readonly limit: number },
): Promise<readonly BranchStep[] | undefined> {
  const steps: BranchStep[] = [];
  for await (const step of readBranch(context, tip, limit)) {
    steps.push(step);
    const brought = [...step.files.keys()].map(parseAuditPath);
    if (brought.some((place) => place?.kind === "entry" && place.seq === seq)) return steps.toReversed();
  }
  return undefined;
}

function enrichedBy(steps: readonly BranchStep[]): readonly number[] {
  return steps.flatMap(({ files }) =>
    [...files.keys()].flatMap((path) => {
      const place = parseAuditPath(path);
      return place?.kind === "enrichment" ? [place.seq] : [];
    }),
  );
}

function severalEntries(steps: readonly BranchStep[]): Finding {
  return makeFinding("AUDIT_FOREIGN_CHANGE", {
    message: `an entry came after commit ${steps[0]?.commit.oid.slice(0, 12) ?? ""}, which brought the last one`,
  });
}
