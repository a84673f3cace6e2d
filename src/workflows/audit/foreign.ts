import { parseAuditPath } from "../../audit/entry.ts";
import { plainText } from "../../audit/plain-text.ts";
import type { Finding } from "../../diagnostics/finding.ts";
import { makeFinding } from "../../diagnostics/make-finding.ts";
import type { PathChange } from "../../ports/repository.ts";
import type { BranchStep } from "./branch-history.ts";

const LONGEST_PATH = 200;
const MOST_NAMED = 20;

/** What a commit of the audit branch does that no recorder's does: every one adds an entry, or enrichment alone. */
export function foreignFindings({ commit, changes }: BranchStep): readonly Finding[] {
  const at = `commit ${commit.oid.slice(0, 12)} of the audit branch`;
  const findings: Finding[] = [];
  if (commit.parents.length > 1) findings.push(foreign(`${at} is a merge`));
  if (changes.length === 0) findings.push(foreign(`${at} changes nothing`));
  const odd = changes.filter((change) => !isAddition(change));
  findings.push(...odd.slice(0, MOST_NAMED).map((change) => describe(change, at)));
  if (odd.length > MOST_NAMED) findings.push(foreign(`${at} changes ${odd.length - MOST_NAMED} more files`));
  const kinds = changes.filter(isAddition).map(({ path }) => parseAuditPath(path)?.kind);
  const entries = kinds.filter((kind) => kind === "entry").length;
  if (entries > 1) findings.push(foreign(`${at} adds ${entries} entries, where one belongs`));
  if (entries > 0 && kinds.length > entries)
    findings.push(foreign(`${at} adds enrichment along with an entry`));
  return findings;
}

function isAddition({ path, before, after }: PathChange): boolean {
  return before === null && after !== null && parseAuditPath(path) !== undefined;
}

function describe({ path, before, after }: PathChange, at: string): Finding {
  const known = parseAuditPath(path);
  const file = plainText(path, LONGEST_PATH);
  const deed = before === null ? "adds" : after === null ? "removes" : "changes";
  if (known?.kind === "enrichment")
    return makeFinding("AUDIT_ENRICHMENT_CHANGED", { file, message: `${at} ${deed} it` });
  const what =
    known === undefined
      ? "which has no business there"
      : before === null
        ? "it is no plain file"
        : "an entry that stood there";
  return makeFinding("AUDIT_FOREIGN_CHANGE", { file, message: `${at} ${deed} it: ${what}` });
}

function foreign(message: string): Finding {
  return makeFinding("AUDIT_FOREIGN_CHANGE", { message });
}
