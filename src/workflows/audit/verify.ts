import { compareAnchors } from "../../audit/anchor.ts";
import { compareHistory, type FoundEntry } from "../../audit/compare-history.ts";
import { parseEnrichment } from "../../audit/enrichment.ts";
import { entryPath, parseAuditPath, type EntryDraft } from "../../audit/entry.ts";
import { parseEntry } from "../../audit/parse-entry.ts";
import type { Finding } from "../../diagnostics/finding.ts";
import { makeFinding } from "../../diagnostics/make-finding.ts";
import { RULES_VERSION } from "../../policy/rules-version.ts";
import type { Commit } from "../../ports/repository.ts";
import type { Context } from "../context.ts";
import { sha256Hex } from "../digest.ts";
import { readAnchors } from "./anchors.ts";
import { readBranch, type BranchStep } from "./branch-history.ts";
import { foreignFindings } from "./foreign.ts";
import { MainJudge } from "./judge-main.ts";
import { differingParts } from "./links.ts";
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
  const { found, commits, findings } = await readFound(context, place.tip);
  const { expected, sources } = await recompute(context, place);
  const compared = compareHistory({ expected, found, rules: RULES_VERSION });
  const anchors = options.anchor === false ? undefined : await readAnchors(context, place);
  const anchored = compareAnchors(anchors ?? [], new Map(found.map((one) => [one.seq, one])));
  const others = compared.otherRules === 0 ? [] : [otherRules(compared.otherRules)];
  return {
    branch: place.branch,
    commit: place.tip,
    main: place.main,
    entries: found.length,
    verified: compared.verified,
    otherRules: compared.otherRules,
    pending: compared.pending,
    anchors: anchors?.length ?? "unknown",
    findings: [
      ...compared.findings,
      ...commitFindings(found, commits, sources),
      ...findings,
      ...anchored,
      ...others,
    ],
  };
}

interface Found {
  readonly found: readonly FoundEntry[];
  /** The commits that added them, in the same order. */
  readonly commits: readonly Commit[];
  readonly findings: readonly Finding[];
}

/** Everything on the branch, oldest first. */
async function readFound(context: Context, tip: string): Promise<Found> {
  const steps: BranchStep[] = [];
  for await (const step of readBranch(context, tip)) steps.push(step);
  steps.reverse();
  const found: FoundEntry[] = [];
  const commits: Commit[] = [];
  const findings: Finding[] = [];
  for (const step of steps) {
    findings.push(...foreignFindings(step));
    for (const [path, text = ""] of step.texts) {
      const { kind, seq = 0 } = parseAuditPath(path) ?? {};
      if (kind === "entry") {
        found.push({
          seq,
          commit: step.commit.oid,
          text,
          digest: sha256Hex(text),
          reading: parseEntry(text),
        });
        commits.push(step.commit);
      } else if (!isEnrichmentOf(text, seq, found[seq - 1])) findings.push(brokenEnrichment(path));
    }
  }
  return { found, commits, findings };
}

/** Enrichment comes after its entry, and is about the same commit. */
function isEnrichmentOf(text: string, seq: number, about: FoundEntry | undefined): boolean {
  const enrichment = parseEnrichment(text, seq);
  if (enrichment === undefined || about === undefined) return false;
  return !about.reading.ok || about.reading.entry.source === enrichment.source;
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

/** Entries whose commits are not those that a recorder makes of them. */
function commitFindings(
  found: readonly FoundEntry[],
  commits: readonly Commit[],
  sources: ReadonlyMap<string, Commit>,
): readonly Finding[] {
  return found.flatMap(({ seq, reading }, index) => {
    const commit = commits[index];
    const source = reading.ok ? sources.get(reading.entry.source) : undefined;
    if (!reading.ok || commit === undefined || source === undefined) return [];
    const parts = differingParts(commit, reading.entry, source);
    if (parts.length === 0) return [];
    const message = `commit ${commit.oid.slice(0, 12)} of the audit branch: ${parts.join(", ")} not as a recorder writes it`;
    return [makeFinding("AUDIT_COMMIT_DIFFERS", { file: entryPath(seq), message })];
  });
}

function brokenEnrichment(file: string): Finding {
  return makeFinding("AUDIT_FOREIGN_CHANGE", { file, message: "it is no enrichment of that entry" });
}

function otherRules(count: number): Finding {
  return makeFinding("AUDIT_OTHER_RULES", {
    message: `${count} ${count === 1 ? "verdict was" : "verdicts were"} given by other rules than version ${RULES_VERSION}, and not recomputed`,
  });
}
