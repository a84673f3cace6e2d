import { ModeltrailError } from "../../../diagnostics/errors.ts";
import { askRepository, isTooMuch, type Question, type Source } from "./ask.ts";
import { modeOf, type Place } from "./places.ts";
import { requireOid } from "./supply.ts";

/** One commit of a first-parent history, with what stood at each path that was asked for. */
export interface Link {
  readonly oid: string;
  /** Whether it is known to be the first of all. */
  readonly isFirst: boolean;
  /** Of the committer, since 1970; asked for only where there are no paths, else NaN. */
  readonly seconds: number;
  readonly places: readonly Place[];
}

/** What is looked for is most often near; who goes far takes big steps, several at a time. */
const FIRST_PAGES: readonly Pages[] = [
  { size: 20, count: 1 },
  { size: 300, count: 1 },
];
const PAGES: Pages = { size: 300, count: 3 };
/** Commits of one question about many paths. */
const COMMITS = 100;
/** A question of so few commits is not made any smaller. */
const LEAST = 20;

interface Pages {
  /** Commits of one question. */
  readonly size: number;
  /** Questions at a time. */
  readonly count: number;
}

/** How many commits are kept of one walk, and how many walks: one command asks for the same a few times. */
const MOST_LINKS = 20_000;
const MOST_WALKS = 6;

/** A walk that was begun, as far as it came. */
interface Walk {
  readonly links: Link[];
  /** How often it was gone on with. */
  rounds: number;
}

/**
 * First-parent histories, in pages. `<commit>~<n>` follows first parents and nothing else, so whatever merges bring,
 * every commit of the line is asked for, and none beside it.
 */
export class Chains {
  readonly #source: Source;
  readonly #walks = new Map<string, Walk>();
  /** GitHub may find a question too much; the next ones are then smaller. */
  #most = PAGES.size;

  constructor(source: Source) {
    this.#source = source;
  }

  async *read(from: string, paths: readonly string[]): AsyncGenerator<readonly Link[]> {
    let walk = this.#find(from, paths);
    let position = Math.max(
      0,
      walk.links.findIndex(({ oid }) => oid === from),
    );
    for (let last: Link | undefined; last?.isFirst !== true;) {
      if (position === walk.links.length) {
        const { links, rounds } = walk;
        const page: readonly Link[] = await this.#readOn(last?.oid ?? from, {
          paths,
          rounds,
          start: last === undefined ? 0 : 1,
        });
        if (page.length === 0) return;
        // Another walk over the same may have been quicker.
        if (links.length === position) {
          if (position > MOST_LINKS) {
            walk = this.#begin(paths);
            position = 0;
          }
          walk.links.push(...page);
          walk.rounds = rounds + 1;
        }
      }
      const known: readonly Link[] = walk.links.slice(position);
      position = walk.links.length;
      last = known.at(-1);
      yield known;
    }
  }

  #find(from: string, paths: readonly string[]): Walk {
    const walk = this.#walks.get(paths.join("\0"));
    return walk?.links.some(({ oid }) => oid === from) === true ? walk : this.#begin(paths);
  }

  #begin(paths: readonly string[]): Walk {
    const walk: Walk = { links: [], rounds: 0 };
    const key = paths.join("\0");
    this.#walks.delete(key);
    this.#walks.set(key, walk);
    const [oldest] = this.#walks.keys();
    if (this.#walks.size > MOST_WALKS && oldest !== undefined) this.#walks.delete(oldest);
    return walk;
  }

  async #readOn(
    from: string,
    { paths, rounds, start }: { paths: readonly string[]; rounds: number; start: number },
  ): Promise<readonly Link[]> {
    const { size, count } = FIRST_PAGES[rounds] ?? PAGES;
    const most = Math.min(size, this.#most);
    const starts = Array.from({ length: count }, (_, at) => start + at * most);
    try {
      const pages = await Promise.all(
        starts.map((first) => readPage(this.#source, { from, start: first, size: most, paths })),
      );
      return await requireLine(this.#source, from, pages.flat());
    } catch (error) {
      if (most <= LEAST || !isTooMuch(error)) throw error;
      this.#most = Math.max(LEAST, Math.floor(most / 2));
      return this.#readOn(from, { paths, rounds, start });
    }
  }
}

/** What stood at the paths in some commits, in the order asked for. */
export async function readPlaces(
  source: Source,
  commits: readonly string[],
  paths: readonly string[],
): Promise<readonly (readonly Place[])[]> {
  const places: (readonly Place[])[] = [];
  for (let at = 0; at < commits.length; at += COMMITS) {
    const some = commits.slice(at, at + COMMITS);
    const found = await askLinks(source, { revisions: some.map(requireOid), paths, ends: false });
    for (const [index, link] of found.entries()) places.push(link?.places ?? missing(some[index] ?? ""));
  }
  return places;
}

interface PageQuery {
  readonly from: string;
  /** How many first parents behind `from` the page begins. */
  readonly start: number;
  readonly size: number;
  readonly paths: readonly string[];
}

function readPage(
  source: Source,
  { from, start, size, paths }: PageQuery,
): Promise<readonly (Link | undefined)[]> {
  const oid = requireOid(from);
  const revisions = Array.from({ length: size }, (_, at) => `${oid}~${start + at}`);
  return askLinks(source, { revisions, paths, ends: start === 0 });
}

/** Up to the first commit of all; anything else that is not there is an error, never an end. */
async function requireLine(
  source: Source,
  from: string,
  page: readonly (Link | undefined)[],
): Promise<readonly Link[]> {
  const end = page.findIndex((link) => link?.isFirst !== false);
  const links = page.slice(0, end < 0 ? page.length : end + 1).filter((link) => link !== undefined);
  if (end < 0 || page[end] !== undefined) return links;
  // Far from the start only the last one is asked whether it has a parent.
  const last = links.pop();
  const [found] = await askLinks(source, {
    revisions: [last?.oid ?? requireOid(from)],
    paths: [],
    ends: true,
  });
  if (found?.isFirst !== true) return missing(last?.oid ?? from);
  return last === undefined ? [] : [...links, { ...last, isFirst: true }];
}

interface CommitReply {
  /** Left out of what is no commit. */
  readonly oid?: string;
  readonly committedDate?: string;
  /** Of its parents. */
  readonly n?: { readonly totalCount: number };
  readonly [place: `p${number}`]: { readonly oid: string; readonly mode: number } | null | undefined;
}

interface LinksQuery {
  readonly revisions: readonly string[];
  readonly paths: readonly string[];
  /** Whether to ask which one is the first of all. */
  readonly ends: boolean;
}

async function askLinks(
  source: Source,
  { revisions, paths, ends }: LinksQuery,
): Promise<readonly (Link | undefined)[]> {
  const files = paths.map((_, at) => `p${at}: file(path: $path${at}) { oid mode }`).join(" ");
  const date = paths.length === 0 ? "committedDate" : "";
  const parents = ends ? "n: parents(first: 1) { totalCount }" : "";
  const question: Question = {
    // Short names: there are hundreds of each.
    fields: revisions.map((one, at) => `c${at}:object(expression:"${one}"){...C}`).join(" "),
    fragments: `fragment C on Commit { oid ${date} ${parents} ${files} }`,
    declares: paths.map((_, at) => `$path${at}: String!`),
    variables: Object.fromEntries(paths.map((path, at) => [`path${at}`, path])),
  };
  const answer = await askRepository(source, question);
  return revisions.map((_, at) => toLink(answer[`c${at}`] as CommitReply | null, paths.length));
}

function toLink(commit: CommitReply | null, count: number): Link | undefined {
  if (commit?.oid === undefined) return undefined;
  const places = Array.from({ length: count }, (_, at): Place => {
    const found = commit[`p${at}`];
    if (found === null || found === undefined) return null;
    return { oid: found.oid, mode: modeOf(found.mode) };
  });
  const seconds = Math.floor(Date.parse(commit.committedDate ?? "") / 1000);
  return { oid: commit.oid, isFirst: commit.n?.totalCount === 0, seconds, places };
}

function missing(oid: string): never {
  throw new ModeltrailError("GIT", `the history of commit ${oid} is not in the repository`, {
    hint: "It was removed just now, or the token may not see it: run the command again.",
  });
}
