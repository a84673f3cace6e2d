import type { Finding } from "../../diagnostics/finding.ts";
import { makeFinding } from "../../diagnostics/make-finding.ts";
import { ModeltrailError } from "../../diagnostics/errors.ts";
import { RULES_VERSION } from "../../policy/rules-version.ts";
import type { Context } from "../context.ts";
import { compareAllAnchors, readNamed, type AnchorStore, type ComparedAnchors } from "./anchor-stores.ts";
import { compareCommits } from "./compare-commits.ts";
import { compareWithMain } from "./compare-main.ts";
import { readFound, type Found } from "./found.ts";
import { notRecorded } from "./log.ts";
import { openAudit } from "./place.ts";
import { findMissing } from "./missing.ts";

export interface VerifyOptions {
  /** Bring the remote's branches first, and go by them alone. */
  readonly fetch?: boolean;
  /** False leaves the anchors alone that lie where the registry's policies say. */
  readonly anchor?: boolean;
  /** Addresses of stores whose anchors are compared whatever any policy says. */
  readonly anchors?: readonly string[];
}

/** What became of recomputing the audit history. */
export interface AuditVerification {
  readonly branch: string;
  /** Tip of the audit branch; left out where the remote has none any more. */
  readonly commit?: string;
  /** Tip of the main branch. */
  readonly main: string;
  /** The main branch as people say it. */
  readonly base: string;
  /** The host's default branch; another than `base` where spec.branch says so. */
  readonly defaultBranch: string;
  /** How many entries there are, and how many say exactly what the main branch says. */
  readonly entries: number;
  readonly verified: number;
  /** Entries whose verdicts other rules gave; all but their verdicts was compared. */
  readonly otherRules: number;
  /** Transitions of the main branch that are not recorded yet. */
  readonly pending: number;
  /** Anchors that were compared, in all stores; `unknown` where no store was looked at, or none told. */
  readonly anchors: number | "unknown";
  /** The stores that were looked at. */
  readonly stores: readonly AnchorStore[];
  readonly findings: readonly Finding[];
}

/**
 * Recomputes the audit history from the main branch and names what differs. Rejects with NOT_FOUND where there is none,
 * and with the store's own error where nothing differs, but not all anchors could be compared.
 */
export async function verifyAudit(context: Context, options: VerifyOptions = {}): Promise<AuditVerification> {
  const place = await openAudit(context, { fetch: options.fetch === true, push: false });
  const named = await readNamed(context, place);
  const missing = await findMissing(context, place, named.branches);
  const { tip, branch, main, base, defaultBranch } = place;
  if (tip === undefined && missing.length === 0) throw notRecorded(branch);
  const { entries, commits, findings } = tip === undefined ? NOTHING : await readFound(context, tip);
  const { compared, sources, line } = await compareWithMain(context, place, entries);
  const differing = await compareCommits(context, commits, sources);
  const anchored = await compareAllAnchors(
    context,
    { place, line, entries: new Map(entries.map((one) => [one.seq, one])) },
    { named: options.anchor === false ? undefined : named, byHand: options.anchors ?? [] },
  );
  const others = compared.otherRules === 0 ? [] : [otherRules(compared.otherRules)];
  const all = [...missing, ...compared.findings, ...differing, ...findings, ...anchored.findings, ...others];
  requireCompared(context, anchored, all);
  return {
    branch,
    ...(tip === undefined ? {} : { commit: tip }),
    main,
    base,
    defaultBranch,
    entries: entries.length,
    verified: compared.verified,
    otherRules: compared.otherRules,
    pending: compared.pending,
    anchors: countAnchors(anchored),
    stores: anchored.stores,
    findings: all,
  };
}

const NOTHING: Found = { entries: [], commits: [], findings: [] };

function countAnchors({ stores }: ComparedAnchors): number | "unknown" {
  const counts = stores.flatMap(({ anchors }) => (anchors === "unknown" ? [] : [anchors]));
  return counts.length === 0 ? "unknown" : counts.reduce((sum, count) => sum + count, 0);
}

/** What differs is an answer. Without that, anchors that nobody compared leave it open whether all is well. */
function requireCompared(
  { notices }: Context,
  { stores, failure }: ComparedAnchors,
  findings: readonly Finding[],
): void {
  for (const { uri, older, problem } of stores) {
    if (problem !== undefined) notices.warn(`the anchors in ${uri} were not compared: ${problem}`);
    if (older > 0) notices.warn(`${older} older anchors in ${uri} were not compared; the newest were`);
  }
  if (failure === undefined || findings.some(({ severity }) => severity === "error")) return;
  throw new ModeltrailError(failure.code, `not all anchors could be compared: ${failure.message}`, {
    cause: failure,
    hint: `${failure.hint ?? "Give this machine the right to list and read the store."} --no-anchor leaves them out, and --anchors names a store by hand: what is in the anchors is then not proved.`,
  });
}

function otherRules(count: number): Finding {
  return makeFinding("AUDIT_OTHER_RULES", {
    message: `${count} ${count === 1 ? "verdict was" : "verdicts were"} given by other rules than version ${RULES_VERSION}, and not recomputed`,
  });
}
