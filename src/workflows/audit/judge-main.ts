import { createHash } from "node:crypto";
import { draftEntries, type JudgedGate } from "../../audit/draft.ts";
import { NO_DIGEST, type EntryDraft } from "../../audit/entry.ts";
import { startTimeline, type RunningTimeline } from "../../audit/timeline.ts";
import { makeFinding } from "../../diagnostics/make-finding.ts";
import { RULES_VERSION } from "../../policy/rules-version.ts";
import { identifyPath, isPlainMode, REGISTRY_FILE } from "../../registry/layout.ts";
import type { Context } from "../context.ts";
import type { TouchedFiles } from "../judge/overlay.ts";
import { judgeStep, type JudgedStep } from "../judge/step.ts";
import type { Timelines } from "../judge/judge.ts";
import { readRegistryCommit, registryTree } from "../read/commit.ts";
import { interpretStep, readAllChanges, readChanges } from "../read/history.ts";
import { StageBlobs } from "../read/stage-blobs.ts";
import { entryAt, type TreeFile } from "../read/trees.ts";
import { toTimestamp } from "../timestamps.ts";
import type { MainStep } from "./walk.ts";

/** A policy of more bytes is none that anybody could have been judged by. */
const MOST_POLICY_BYTES = 64 * 1024 * 1024;
/** The last second of the year 9999. */
const LAST_SECOND = 253_402_300_799;
/** With more models than this to read, one walk over all of them costs less than one for each. */
const MANY_MODELS = 12;

/**
 * Judges the main branch commit by commit, each under the policy of its first parent. What the histories of the models
 * tell is kept and carried on: nothing is read a second time.
 */
export class MainJudge {
  readonly #context: Context;
  readonly #blobs: StageBlobs;
  readonly #policies = new Map<string, string>();
  readonly #timelines = new Map<string, RunningTimeline>();
  /** Whether a model without a timeline has no history. */
  #complete: boolean;
  /** Whether the registry has begun: what stood below models/ before it is nobody's business. */
  #begun: boolean;

  /** `fromStart`: the steps begin with the first commit of the branch. */
  constructor(context: Context, { fromStart }: { readonly fromStart: boolean }) {
    this.#context = context;
    this.#blobs = new StageBlobs(context);
    this.#complete = fromStart;
    this.#begun = !fromStart;
  }

  /** What each step did, oldest first; a step that did nothing to the registry gives no drafts. */
  async *judge(
    steps: readonly MainStep[],
  ): AsyncGenerator<{ readonly step: MainStep; readonly drafts: readonly EntryDraft[] }> {
    const [first] = steps;
    const models = new Set(steps.flatMap((step) => step.models));
    if (!this.#complete && first?.parent !== undefined && models.size > MANY_MODELS) {
      for (const [model, changes] of await readAllChanges(this.#context, first.parent)) {
        const timeline = startTimeline();
        for (const change of changes) timeline.add(change);
        this.#timelines.set(model, timeline);
      }
      this.#complete = true;
    }
    for (const step of steps) yield { step, drafts: await this.#judge(step) };
  }

  async #judge(step: MainStep): Promise<readonly EntryDraft[]> {
    const context = this.#context;
    const { commit, parent } = step;
    const before = parent === undefined ? undefined : await readRegistryCommit(context, parent);
    const hasRegistry = before !== undefined || (await readRegistryCommit(context, commit)) !== undefined;
    this.#begun ||= hasRegistry;
    if (!this.#begun) {
      await this.#follow(step, await this.#touchedAlone(step));
      return [];
    }
    const judged = await judgeStep(context, step, (touched) => this.#timelinesOf(touched, parent));
    await this.#follow(step, judged.touched.inside);
    const { committer } = await context.repository.objects.readCommit(commit);
    return draftEntries({
      source: commit,
      committedAt: toTimestamp(commitSeconds(committer.seconds)),
      policy: await this.#policyOf(parent),
      rules: RULES_VERSION,
      transitions: judged.verdict.transitions,
      gates: hasRegistry ? judged.verdict.gates : withoutRegistry(judged),
      head: judged.head,
      prefix: context.prefix,
    });
  }

  /** Before the registry begins nothing is judged, but what lies there has a history. */
  async #touchedAlone(step: MainStep): Promise<TouchedFiles["inside"]> {
    const { readTouched } = await import("../judge/overlay.ts");
    const { commit, parent } = step;
    return (await readTouched(this.#context, { base: parent, builtOn: parent, head: commit })).inside;
  }

  /** The histories of the models whose stages move, up to the parent. */
  async #timelinesOf({ changes }: TouchedFiles, parent: string | undefined): Promise<Timelines> {
    const timelines = new Map<string, RunningTimeline>();
    for (const { path } of changes) {
      const identity = identifyPath(path);
      if (identity.kind === "stage" && !timelines.has(identity.model))
        timelines.set(identity.model, await this.#timeline(identity.model, parent));
    }
    return timelines;
  }

  async #timeline(model: string, parent: string | undefined): Promise<RunningTimeline> {
    const known = this.#timelines.get(model);
    if (known !== undefined) return known;
    const timeline = startTimeline();
    if (!this.#complete && parent !== undefined)
      for (const change of await readChanges(this.#context, parent, model)) timeline.add(change);
    this.#timelines.set(model, timeline);
    return timeline;
  }

  /** Carries the histories on over a step. */
  async #follow({ commit, parent }: MainStep, inside: TouchedFiles["inside"]): Promise<void> {
    const { prefix, repository } = this.#context;
    const changes = inside.map(({ path, before, after }) => ({
      path: `${prefix}${path}`,
      before: plainId(before),
      after: plainId(after),
    }));
    const step = { commit: await repository.objects.readCommit(commit), changes };
    for (const [model, done] of await interpretStep(this.#context, step, this.#blobs)) {
      // Who has no timeline yet and may have a history is read when it is needed, this step included.
      if (!this.#complete && !this.#timelines.has(model)) continue;
      const timeline = await this.#timeline(model, parent);
      for (const change of done) timeline.add(change);
    }
  }

  async #policyOf(parent: string | undefined): Promise<string> {
    const { repository } = this.#context;
    const tree = parent === undefined ? undefined : await registryTree(this.#context, parent);
    const entry = tree === undefined ? undefined : await entryAt(repository, tree, REGISTRY_FILE);
    if (entry === undefined || !isPlainMode(entry.mode)) return NO_DIGEST;
    const known = this.#policies.get(entry.oid);
    if (known !== undefined) return known;
    const [bytes = "too-large"] = await repository.objects.readBlobs([entry.oid], MOST_POLICY_BYTES);
    const digest = bytes === "too-large" ? NO_DIGEST : createHash("sha256").update(bytes).digest("hex");
    this.#policies.set(entry.oid, digest);
    return digest;
  }
}

function plainId(file: TreeFile | null): string | null {
  return file?.mode.startsWith("100") === true ? file.oid : null;
}

/** A commit's time as far as a date can be made of it; a hostile one is cut to what can. */
export function commitSeconds(seconds: number): number {
  return Number.isFinite(seconds) ? Math.min(Math.max(0, Math.trunc(seconds)), LAST_SECOND) : 0;
}

/** Between a commit that removed modeltrail.yaml and one that brings it back, nothing passes. */
function withoutRegistry({ verdict }: JudgedStep): readonly JudgedGate[] {
  const finding = makeFinding("REGISTRY_REMOVED", {
    file: REGISTRY_FILE,
    message: "modeltrail.yaml is neither there before the change nor after it, so no policy judged it",
  });
  return verdict.gates.map((gate) =>
    gate.gate === "immutability" ? { ...gate, status: "fail", findings: [finding, ...gate.findings] } : gate,
  );
}
