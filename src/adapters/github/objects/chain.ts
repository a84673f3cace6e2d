import { ModeltrailError } from "../../../diagnostics/errors.ts";
import { askRepository, type Source } from "./ask.ts";
import { requireOid } from "./supply.ts";
import { modeOf, type Place } from "./places.ts";

/** One commit of a first-parent history, with what stood at each path that was asked for. */
export interface Link {
  readonly oid: string;
  /** Undefined for a first commit. */
  readonly parent: string | undefined;
  /** Of the committer, since 1970; asked for only where there are no paths, else NaN. */
  readonly seconds: number;
  readonly places: readonly Place[];
}

/** What is looked for is most often near; who goes far takes big steps, several at a time. */
const FIRST_PAGE = 20;
const PAGE = 100;
const ABREAST = 3;

/** How many commits are kept of one walk, and how many walks: one command asks for the same a few times. */
const MOST_LINKS = 20_000;
const MOST_WALKS = 6;

type Step = Omit<PageQuery, "from">;

/** A walk that was begun, as far as it came. */
interface Walk {
  readonly links: Link[];
  /** How to go on. */
  next: Step;
}

/**
 * First-parent histories, in pages. GitHub lists a history with all its branches, so the first parents are followed
 * inside what came, and the next page begins where they leave it: whatever its order, none is left out.
 */
export class Chains {
  readonly #source: Source;
  readonly #walks = new Map<string, Walk>();

  constructor(source: Source) {
    this.#source = source;
  }

  async *read(from: string, paths: readonly string[]): AsyncGenerator<readonly Link[]> {
    let walk = this.#find(from, paths);
    let position = Math.max(
      0,
      walk.links.findIndex(({ oid }) => oid === from),
    );
    for (let at: string | undefined = from; at !== undefined;) {
      if (position === walk.links.length) {
        const { links, next } = walk;
        const page: readonly Link[] = await this.#readOn(at, next);
        // Another walk over the same may have been quicker.
        if (links.length === position) {
          if (position > MOST_LINKS) {
            walk = this.#begin(paths);
            position = 0;
          }
          walk.links.push(...page);
          walk.next = { size: PAGE, starts: startsAfter(next, page.length), paths };
        }
      }
      const known: readonly Link[] = walk.links.slice(position);
      position = walk.links.length;
      at = known.at(-1)?.parent;
      yield known;
    }
  }

  #find(from: string, paths: readonly string[]): Walk {
    const walk = this.#walks.get(paths.join("\0"));
    return walk?.links.some(({ oid }) => oid === from) === true ? walk : this.#begin(paths);
  }

  #begin(paths: readonly string[]): Walk {
    const walk: Walk = { links: [], next: { size: FIRST_PAGE, starts: [0], paths } };
    const key = paths.join("\0");
    this.#walks.delete(key);
    this.#walks.set(key, walk);
    const [oldest] = this.#walks.keys();
    if (this.#walks.size > MOST_WALKS && oldest !== undefined) this.#walks.delete(oldest);
    return walk;
  }

  async #readOn(from: string, next: Step): Promise<readonly Link[]> {
    const page = await readPage(this.#source, { ...next, from });
    const links: Link[] = [];
    let link = page.get(from);
    while (link !== undefined) {
      links.push(link);
      link = link.parent === undefined ? undefined : page.get(link.parent);
    }
    if (links.length === 0) throw missing(from);
    return links;
  }
}

/** Where to begin the next lists, told from how far the last ones reached: a guess, which costs a request when it is bad. */
function startsAfter({ size, starts }: Step, reached: number): readonly number[] {
  if (size < PAGE) return [0];
  const stride = Math.max(1, Math.floor((reached / starts.length) * 0.95));
  return Array.from({ length: ABREAST }, (_, index) => index * stride);
}

interface PageQuery {
  readonly from: string;
  /** Commits of each list. */
  readonly size: number;
  /** How many first parents behind `from` each list begins. */
  readonly starts: readonly number[];
  readonly paths: readonly string[];
}

interface CommitReply {
  readonly oid: string;
  readonly committedDate?: string;
  readonly parents: { readonly nodes: readonly { readonly oid: string }[] };
  readonly [place: `p${number}`]: { readonly oid: string; readonly mode: number } | null | undefined;
}

async function readPage(
  source: Source,
  { from, size, starts, paths }: PageQuery,
): Promise<ReadonlyMap<string, Link>> {
  const lists = starts.map(
    (start, at) => `h${at}: object(expression: "${requireOid(from)}~${start}") { ...List }`,
  );
  const files = paths.map((_, at) => `p${at}: file(path: $path${at}) { oid mode }`).join(" ");
  const date = paths.length === 0 ? "committedDate" : "";
  const nodes = `nodes { oid ${date} parents(first: 1) { nodes { oid } } ${files} }`;
  const answer = await askRepository(source, {
    fields: lists.join(" "),
    fragments: `fragment List on GitObject { ... on Commit { history(first: ${size}) { ${nodes} } } }`,
    declares: paths.map((_, at) => `$path${at}: String!`),
    variables: Object.fromEntries(paths.map((path, at) => [`path${at}`, path])),
  });
  const found = starts.flatMap((_, at) => {
    const list = answer[`h${at}`] as { readonly history?: { readonly nodes: readonly CommitReply[] } } | null;
    // A start behind the first commit of all has no list.
    return list?.history?.nodes ?? [];
  });
  return new Map(found.map((commit) => [commit.oid, toLink(commit, paths.length)]));
}

function toLink(commit: CommitReply, count: number): Link {
  const places = Array.from({ length: count }, (_, at): Place => {
    const found = commit[`p${at}`];
    if (found === null || found === undefined) return null;
    return { oid: found.oid, mode: modeOf(found.mode) };
  });
  const [parent] = commit.parents.nodes;
  const seconds = Math.floor(Date.parse(commit.committedDate ?? "") / 1000);
  return { oid: commit.oid, parent: parent?.oid, seconds, places };
}

function missing(oid: string): ModeltrailError {
  return new ModeltrailError("GIT", `commit ${oid} is not in the repository`, {
    hint: "It was removed just now, or the token may not see it: run the command again.",
  });
}
