import type { Crossing } from "../../policy/facts.ts";
import type { Commit } from "../../ports/repository.ts";
import type { Context } from "../context.ts";
import { StageBlobs } from "../read/stage-blobs.ts";
import { compareTrees, type TreeChange } from "../read/trees.ts";
import { blobIn, type Content, contentOf, Landing } from "./landing.ts";
import { hasRegistryMoved, isInside, kindOf, layStep, type Meeting, type Step } from "./meetings.ts";
import { isPlainMerge } from "./merged-text.ts";
import type { ChangeRange } from "./overlay.ts";
import { isAfter, type OwnCommits, readOwnCommits } from "./own-commits.ts";

/** Commits that are compared at a time. */
const BATCH = 50;

/**
 * Where a merge may do something else than was judged, which is the whole difference laid over the base: Git may merge
 * by merge commit, by one commit for all (squash), or commit by commit (rebase), and that without the branch's merges.
 */
export async function findCrossings(context: Context, range: ChangeRange): Promise<readonly Crossing[]> {
  const own = await readOwnCommits(context, range);
  if (own === undefined) return [{ why: "too many commits" }];
  if (own.severalBases && !(await leavesRegistryAlone(context, range, own)))
    return [{ why: "several bases" }];
  const isUpToDate = range.base === range.builtOn;
  if (isUpToDate && own.commits.length < 2) return [];
  const rebase = new Rebase(context, own, await readSides(context, range));
  const found = [...(await rebase.run(isUpToDate))];
  // A single commit was just laid over the base; a merge was not.
  const wasLaid = own.isLine && own.commits.length === 1;
  if (!isUpToDate && !wasLaid) found.push(...(await rebase.crossWhole()));
  return [...new Map(found.toReversed().map((one) => [one.file, one])).values()].toReversed();
}

/** Whether the branch's registry is that of every common ancestor: whatever Git starts from, it takes the base's then. */
async function leavesRegistryAlone(
  context: Context,
  { builtOn, head }: ChangeRange,
  { meetsAt }: OwnCommits,
): Promise<boolean> {
  const { objects } = context.repository;
  const { tree } = await objects.readCommit(head);
  const differ = await inBatches([builtOn, ...meetsAt], async (oid) =>
    hasRegistryMoved(context, (await objects.readCommit(oid)).tree, tree),
  );
  return !differ.includes(true);
}

/** Trees of the base as it is, as it was when the change left it, and of the change, and how the last two differ. */
interface Sides {
  readonly now: string;
  readonly past: string;
  readonly head: string;
  readonly whole: ReadonlyMap<string, TreeChange>;
}

async function readSides({ repository }: Context, { base, builtOn, head }: ChangeRange): Promise<Sides> {
  const commits = [base, builtOn, head].map((oid) => repository.objects.readCommit(oid));
  const [now = "", past = "", own = ""] = (await Promise.all(commits)).map(({ tree }) => tree);
  const changes = await compareTrees(repository, past, own);
  return { now, past, head: own, whole: new Map(changes.map((change) => [change.path, change])) };
}

/** A commit that a rebase would make anew on the base. */
interface Replayed extends Step {
  readonly oid: string;
}

/** What a crossing says of one file. */
type FileCrossing = Extract<Crossing, { readonly file: string }>;

/** The commits of a branch laid over the base one by one, and whether that ends where the judge ends. */
class Rebase {
  readonly #context: Context;
  readonly #own: OwnCommits;
  readonly #sides: Sides;
  readonly #landing: Landing;
  readonly #blobs: StageBlobs;
  /** Which commits touched a file of the registry, the first one first. */
  readonly #touched = new Map<string, string[]>();

  constructor(context: Context, own: OwnCommits, sides: Sides) {
    this.#context = context;
    this.#blobs = new StageBlobs(context);
    this.#own = own;
    this.#sides = sides;
    this.#landing = new Landing(context.repository, sides.now);
  }

  async run(isUpToDate: boolean): Promise<readonly FileCrossing[]> {
    const steps = await this.#readSteps(isUpToDate);
    const found: FileCrossing[] = [];
    for (const step of steps) {
      for (const { path } of step.changes) if (isInside(this.#context, path)) this.#note(path, step.oid);
      found.push(...(await this.#findDetours(step)));
      for (const meeting of await layStep(this.#context, this.#landing, step)) {
        if (await this.#isMergedText(meeting, step)) continue;
        const crossing = await this.#tell(meeting);
        if (crossing !== undefined) found.push(crossing);
      }
    }
    return [...found, ...(await this.#findUnlike())];
  }

  /** The branch as one commit. Stages that have moved on the base since are told by their own rule. */
  async crossWhole(): Promise<readonly FileCrossing[]> {
    const { now, past, head, whole } = this.#sides;
    const step = { before: past, after: head, changes: [...whole.values()] };
    const met = await layStep(this.#context, new Landing(this.#context.repository, now), step);
    const told = met.filter(({ file, why }) => why === "removed here" || !this.#isKind(file, "stage"));
    return told.map(({ file, why }) => ({ file, why }));
  }

  #note(path: string, commit: string): void {
    const commits = this.#touched.get(path);
    if (commits === undefined) this.#touched.set(path, [commit]);
    else commits.push(commit);
  }

  /** Of those commits whose replay can do anything to the registry. */
  async #readSteps(isUpToDate: boolean): Promise<readonly Replayed[]> {
    const { objects } = this.#context.repository;
    const replayed = this.#own.commits.filter(({ parents }) => parents.length === 1);
    const parents = await Promise.all(replayed.map(({ parents: [one = ""] }) => objects.readCommit(one)));
    const all = replayed.map(({ oid, tree }, at) => ({ oid, before: parents[at]?.tree ?? "", after: tree }));
    const inside = await this.#choose(all, ({ before, after }) => [before, after]);
    if (isUpToDate && this.#own.isLine) return this.#compare(inside);
    if (inside.length > 0) return this.#compare(all);
    return this.#compare(await this.#choose(all, ({ before }) => [before, this.#sides.now]));
  }

  async #choose<T>(all: readonly T[], sides: (one: T) => readonly [string, string]): Promise<readonly T[]> {
    const isMoved = await inBatches(all, (one) => hasRegistryMoved(this.#context, ...sides(one)));
    return all.filter((_, at) => isMoved[at]);
  }

  #compare(some: readonly Omit<Replayed, "changes">[]): Promise<readonly Replayed[]> {
    return inBatches(some, async (step) => ({
      ...step,
      changes: await compareTrees(this.#context.repository, step.before, step.after),
    }));
  }

  /** What deploys and history read may hold what the base holds, then what was judged, and nothing between. */
  async #findDetours({ oid, changes }: Replayed): Promise<readonly FileCrossing[]> {
    const found: FileCrossing[] = [];
    for (const { path: file, after } of changes) {
      // A new version may be corrected before anybody has it.
      const isFixed = this.#isKind(file, "version") && (await this.#landing.atStart(file)) !== null;
      if (!isFixed && !this.#isKind(file, "stage", "yank")) continue;
      const content = contentOf(after);
      const allowed = [await this.#landing.at(file), await this.#judged(file)];
      if (allowed.includes(content) || (await this.#namesOneOf(file, content, allowed))) continue;
      found.push({ file, why: "on the way", commit: oid });
    }
    return found;
  }

  /** Whoever corrects the other lines of a stage in a second commit has not been at another version. */
  async #namesOneOf(file: string, content: Content, others: readonly Content[]): Promise<boolean> {
    if (!this.#isKind(file, "stage")) return false;
    const path = file.slice(this.#context.prefix.length);
    const [named, ...known] = [content, ...others].map(blobIn);
    for (const after of [named, ...known])
      await this.#blobs.load([{ path, before: null, after: after ?? null }]);
    const version = this.#blobs.versionOf(named ?? null);
    return typeof version === "string" && known.some((oid) => this.#blobs.versionOf(oid ?? null) === version);
  }

  async #tell(meeting: Meeting): Promise<FileCrossing | undefined> {
    const { file, why } = meeting;
    if (why !== "removed here" && (await this.#isToldAsMoved(file))) return undefined;
    const isStage = this.#isKind(file, "stage");
    if (this.#own.isLine && (why === "removed here" || !isStage)) return { file, why };
    // Whoever merged the base into the branch has settled it, and to merge it again would not help.
    return this.#isSettled(meeting) ? undefined : { file, why: "not by its commits" };
  }

  /**
   * Whether the branch's merge of the base has made of a policy what a rebase of its one commit makes of it, too: both
   * sides changed other lines.
   */
  async #isMergedText({ file, why }: Meeting, { oid, changes }: Replayed): Promise<boolean> {
    if (this.#own.isLine || why !== "changed on both" || !this.#isKind(file, "model", "registry"))
      return false;
    if (this.#touched.get(file)?.join() !== oid) return false;
    const change = changes.find(({ path }) => path === file);
    const judged = this.#sides.whole.get(file)?.after ?? null;
    const [before, ours, merged] = [change?.before, change?.after, judged].map((one) => one?.oid);
    const theirs = blobIn(await this.#landing.atStart(file));
    if (before === undefined || ours === undefined || merged === undefined || theirs === undefined)
      return false;
    if (!(await isPlainMerge(this.#context.repository, { before, ours, theirs, merged }))) return false;
    this.#landing.lay([{ path: file, before: null, after: judged }]);
    return true;
  }

  /** What the branch's merges hold, and its other commits do not bring, or bring in one order only. */
  async #findUnlike(): Promise<readonly FileCrossing[]> {
    const found: FileCrossing[] = [];
    const own = new Map<string, Commit>(this.#own.commits.map((commit) => [commit.oid, commit]));
    for (const file of new Set([...this.#touched.keys(), ...this.#sides.whole.keys()])) {
      if (!isInside(this.#context, file) || this.#isLoose(file)) continue;
      const commits = this.#touched.get(file) ?? [];
      const isOrdered = commits.every((oid, at) => at === 0 || isAfter(own, oid, commits[at - 1] ?? ""));
      if (isOrdered && (await this.#landing.at(file)) === (await this.#judged(file))) continue;
      if (!(await this.#isToldAsMoved(file))) found.push({ file, why: "not by its commits" });
    }
    return found;
  }

  /** What the judge takes for the result. */
  async #judged(file: string): Promise<Content> {
    const change = this.#sides.whole.get(file);
    return change === undefined ? this.#landing.atStart(file) : contentOf(change.after);
  }

  async #isToldAsMoved(file: string): Promise<boolean> {
    const change = this.#sides.whole.get(file);
    if (change === undefined || !this.#isKind(file, "stage")) return false;
    const now = await this.#landing.atStart(file);
    return contentOf(change.before) !== now && contentOf(change.after) !== now;
  }

  #isKind(file: string, ...kinds: readonly ReturnType<typeof kindOf>[]): boolean {
    return isInside(this.#context, file) && kinds.includes(kindOf(this.#context, file));
  }

  /** Texts that decide must come out as they were judged; of others, what Git makes of both is well enough. */
  #isSettled({ file, why, isNew }: Meeting): boolean {
    if (why === "changed on both") return this.#isLoose(file);
    // In a folder that was renamed a file keeps its name.
    return isNew && !isInside(this.#context, file) && !/\.ya?ml$/i.test(file);
  }

  /** Words for people: nothing is decided or deployed by them. */
  #isLoose(file: string): boolean {
    return this.#isKind(file, "card", "other");
  }
}

/** So that what lies in between is asked for together. */
async function inBatches<T, R>(all: readonly T[], ask: (one: T) => Promise<R>): Promise<readonly R[]> {
  const answers: R[] = [];
  for (let at = 0; at < all.length; at += BATCH)
    answers.push(...(await Promise.all(all.slice(at, at + BATCH).map(ask))));
  return answers;
}
