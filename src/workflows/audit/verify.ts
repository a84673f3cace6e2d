import { compareAnchors } from "../../audit/anchor.ts";
import { compareHistory } from "../../audit/compare-history.ts";
import type { EntryDraft } from "../../audit/entry.ts";
import type { Finding } from "../../diagnostics/finding.ts";
import { makeFinding } from "../../diagnostics/make-finding.ts";
import { RULES_VERSION } from "../../policy/rules-version.ts";
import type { Commit } from "../../ports/repository.ts";
import type { Context } from "../context.ts";
import { readAnchors } from "./anchors.ts";
import { compareCommits } from "./compare-commits.ts";
import { readFound } from "./found.ts";
import { MainJudge } from "./judge-main.ts";
import { notRecorded } from "./log.ts";
import { openAudit, type AuditPlace } from "./place.ts";
import { listSteps } from "./walk.ts";

export interface VerifyOptions {
  /** Bring the remote's branches first. */
  readonly fetch?: boolean;
  /** False leaves the anchors in storage alone. */
  readonly anchor?: boolean;
}

/** What became of recomputing the audit history. */
export interface AuditVerification {
  readonly branch: string;
  /** Tip of the audit branch. */
  readonly commit: string;
  /** Tip of the main branch. */
  readonly main: string;
  /** The main branch as people say it. */
  readonly base: string;
  /** How many entries there are, and how many say exactly what the main branch says. */
  readonly entries: number;
  readonly verified: number;
  /** Entries whose verdicts other rules gave; all but their verdicts was compared. */
  readonly otherRules: number;
  /** Transitions of the main branch that are not recorded yet. */
  readonly pending: number;
  /** Anchors in storage that were compared; `unknown` where storage was not looked at, or did not tell. */
  readonly anchors: number | "unknown";
  readonly findings: readonly Finding[];
}

/** Recomputes the audit history from the main branch and names what differs. Rejects with NOT_FOUND where there is none. */
export async function verifyAudit(context: Context, options: VerifyOptions = {}): Promise<AuditVerification> {
  const place = await openAudit(context, { fetch: options.fetch === true, push: false });
  if (place.tip === undefined) throw notRecorded(place.branch);
  const { entries, commits, findings } = await readFound(context, place.tip);
  const { expected, sources } = await recompute(context, place);
  const compared = compareHistory({ expected, found: entries, rules: RULES_VERSION });
  const differing = await compareCommits(context, commits, sources);
  const anchors = options.anchor === false ? undefined : await readAnchors(context, place);
  const anchored = compareAnchors(anchors ?? [], new Map(entries.map((one) => [one.seq, one])));
  const others = compared.otherRules === 0 ? [] : [otherRules(compared.otherRules)];
  return {
    branch: place.branch,
    commit: place.tip,
    main: place.main,
    base: place.base,
    entries: entries.length,
    verified: compared.verified,
    otherRules: compared.otherRules,
    pending: compared.pending,
    anchors: anchors?.length ?? "unknown",
    findings: [...compared.findings, ...differing, ...findings, ...anchored, ...others],
  };
}

interface Recomputed {
  readonly expected: readonly EntryDraft[];
  /** The commits of the main branch that did something, by id. */
  readonly sources: ReadonlyMap<string, Commit>;
}

async function recompute(context: Context, { main }: AuditPlace): Promise<Recomputed> {
  const steps = await listSteps(context, { tip: main, cursor: undefined });
  const judge = new MainJudge(context, { fromStart: true });
  const expected: EntryDraft[] = [];
  const sources = new Map<string, Commit>();
  let done = 0;
  for await (const { step, drafts } of judge.judge(steps)) {
    context.notices.progress("Recomputing", (done += 1), steps.length);
    if (drafts.length === 0) continue;
    expected.push(...drafts);
    sources.set(step.commit, await context.repository.objects.readCommit(step.commit));
  }
  return { expected, sources };
}

function otherRules(count: number): Finding {
  return makeFinding("AUDIT_OTHER_RULES", {
    message: `${count} ${count === 1 ? "verdict was" : "verdicts were"} given by other rules than version ${RULES_VERSION}, and not recomputed`,
  });
}
