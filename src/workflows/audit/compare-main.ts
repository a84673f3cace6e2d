import { compareHistory, type ComparedHistory, type FoundEntry } from "../../audit/compare-history.ts";
import type { EntryDraft } from "../../audit/entry.ts";
import { makeFinding } from "../../diagnostics/make-finding.ts";
import { RULES_VERSION } from "../../policy/rules-version.ts";
import type { Commit } from "../../ports/repository.ts";
import type { Context } from "../context.ts";
import { MainJudge } from "./judge-main.ts";
import { isHeldBy, tellOtherWay } from "./other-way.ts";
import type { AuditPlace } from "./place.ts";
import { walkMain } from "./walk.ts";

/** What became of holding the entries against the main branch. */
export interface ComparedMain {
  readonly compared: ComparedHistory;
  /** The commits of the main branch that did something, by id. */
  readonly sources: ReadonlyMap<string, Commit>;
  /** The first-parent history that the entries were held against. */
  readonly line: ReadonlySet<string>;
}

/**
 * Recomputes every entry from the main branch. Where that was merged the other way round, the line that was recorded is
 * still in it: the entries are held against that, and one finding says what happened.
 */
export async function compareWithMain(
  context: Context,
  { main, base }: AuditPlace,
  found: readonly FoundEntry[],
): Promise<ComparedMain> {
  const straight = await compareWith(context, found, { tip: main, base });
  const recorded = lastSource(found);
  if (recorded === undefined || straight.line.has(recorded)) return straight;
  if (!(await isHeldBy(context, recorded, main))) return straight;
  const other = await compareWith(context, found, { tip: recorded, base });
  // One entry of some commit that was merged does not make the others wrong.
  const { findings } = other.compared;
  if (findings.length >= straight.compared.findings.length) return straight;
  const told = await tellOtherWay(context, { tip: main, base, recorded });
  const reversed = makeFinding("AUDIT_MAIN_REVERSED", told);
  return { ...other, compared: { ...other.compared, findings: [reversed, ...findings] } };
}

/** The commit of the last entry that can be read. */
function lastSource(found: readonly FoundEntry[]): string | undefined {
  const last = found.findLast(({ reading }) => reading.ok)?.reading;
  return last?.ok === true ? last.entry.source : undefined;
}

async function compareWith(
  context: Context,
  found: readonly FoundEntry[],
  at: { readonly tip: string; readonly base: string },
): Promise<ComparedMain> {
  const { steps, line } = await walkMain(context, { ...at, cursor: undefined });
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
  return { compared: compareHistory({ expected, found, rules: RULES_VERSION }), sources, line };
}
