import { ModeltrailError } from "../../../diagnostics/errors.ts";
import type { Head, Ref, RefStore } from "../../../ports/repository.ts";
import { askRepository, type Source } from "./ask.ts";
import { THING, WITH_TREE } from "./supply.ts";
import type { HostedObjects } from "../../../ports/hosted-repository.ts";

/** What a clone would call the repository that it came from. */
export const REMOTE = "origin";
const TRACKING = `refs/remotes/${REMOTE}/`;
const HEADS = "refs/heads/";
const PER_PAGE = 100;
/** Of lists of branches; a list beyond is a loop of the server's. */
const MOST_PAGES = 200;

/** Names and steps back; nothing that would be a path in a commit, a search, or a range. */
const REVISION = /^([^\s~^:?*[\\@]+|@)((?:~\d*|\^\d*|\^\{commit\})*)$/;

/** The repository as it was seen last. */
interface Sight {
  /** GitHub's name of it in GraphQL. */
  readonly id: string;
  readonly viewer: Viewer;
  /** The default branch without `refs/heads/`, and its tip; undefined in an empty repository. */
  readonly main: { readonly name: string; readonly oid: string } | undefined;
}

/** The owner of the token. */
export interface Viewer {
  readonly login: string;
  readonly databaseId: number | null;
  readonly name: string | null;
}

interface RefsParts {
  readonly source: Source;
  readonly objects: HostedObjects;
  /** Takes objects that came along. */
  readonly offer: (reply: unknown) => void;
  /** The file that every command reads at the tip of the default branch. */
  readonly policy: string;
}

/**
 * The branches on GitHub, by the names that a clone would give them. The default branch is read at once, any other when
 * somebody asks for it; what was read stays as it is until `refresh`.
 */
export class ApiRefs implements RefStore {
  readonly #source: Source;
  readonly #objects: HostedObjects;
  readonly #offer: RefsParts["offer"];
  readonly #policy: string;
  #sight: Promise<Sight> | undefined;
  /** Tips by branch; null where there is none. */
  #known = new Map<string, string | null>();
  /** Folders of branches that were asked into once; all of their branches are listed then. */
  #folders = new Map<string, Promise<void> | undefined>();

  constructor({ source, objects, offer, policy }: RefsParts) {
    this.#source = source;
    this.#objects = objects;
    this.#offer = offer;
    this.#policy = policy;
  }

  async refresh(): Promise<void> {
    this.#known = new Map();
    this.#folders = new Map();
    this.#sight = undefined;
    await this.look();
  }

  /** What was pushed just now. */
  remember(branch: string, oid: string | null): void {
    this.#known.set(branch, oid);
    if (this.#sight === undefined) return;
    this.#sight = this.#sight.then((sight) =>
      sight.main?.name === branch && oid !== null ? { ...sight, main: { name: branch, oid } } : sight,
    );
  }

  look(): Promise<Sight> {
    this.#sight ??= this.#see().catch((error: unknown) => {
      this.#sight = undefined;
      throw error;
    });
    return this.#sight;
  }

  async head(): Promise<Head> {
    const { main } = await this.look();
    return main === undefined
      ? { branch: `${HEADS}main`, commit: undefined }
      : { branch: `${HEADS}${main.name}`, commit: main.oid };
  }

  async resolve(revision: string): Promise<string | undefined> {
    const { main } = await this.look();
    const [, name = "", steps = ""] = REVISION.exec(revision) ?? [];
    if (name === "" || name.includes("..")) return undefined;
    const isHead = name === "HEAD" || name === "@";
    const base = isHead ? main?.oid : ((await this.#tracked(name)) ?? name);
    if (base === undefined || (steps === "" && (await this.#isKnown(base)))) return base;
    const answer = await askRepository(this.#source, {
      fields: "object(expression: $revision) { __typename oid }",
      declares: ["$revision: String!"],
      variables: { revision: `${base}${steps}^{commit}` },
    });
    const found = answer["object"] as { readonly __typename: string; readonly oid: string } | null;
    return found?.__typename === "Commit" ? found.oid : undefined;
  }

  /** A commit that nobody needs to be asked for. */
  async #isKnown(oid: string): Promise<boolean> {
    const { main } = await this.look();
    return oid === main?.oid || (/^[0-9a-f]{40}$/.test(oid) && (await this.#objects.isOwn(oid)));
  }

  async read(name: string): Promise<string | undefined> {
    if (!name.startsWith(TRACKING)) return undefined;
    const branch = name.slice(TRACKING.length);
    const { main } = await this.look();
    if (branch === "HEAD" || branch === main?.name) return main?.oid;
    return (await this.#tip(branch)) ?? undefined;
  }

  async list(prefix: string): Promise<readonly Ref[]> {
    if (!prefix.startsWith(TRACKING)) return [];
    const folder = prefix.slice(TRACKING.length).replace(/[^/]*$/, "");
    await this.#readFolder(folder);
    return [...this.#known]
      .flatMap(([branch, oid]) => (oid === null ? [] : [{ name: `${TRACKING}${branch}`, oid }]))
      .filter(({ name }) => name.startsWith(prefix))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  async symbolic(name: string): Promise<string | undefined> {
    const { main } = await this.look();
    if (main === undefined) return undefined;
    if (name === "HEAD") return `${HEADS}${main.name}`;
    return name === `${TRACKING}HEAD` ? `${TRACKING}${main.name}` : undefined;
  }

  update(): Promise<void> {
    return Promise.reject(
      new ModeltrailError("USAGE", "without a clone there are no branches of your own", {
        hint: "Leave --no-push out, or work in a clone.",
      }),
    );
  }

  /** `origin/x` and its longer forms. */
  async #tracked(name: string): Promise<string | undefined> {
    const branch = /^(?:(?:refs\/)?remotes\/)?origin\/(.+)$/.exec(name)?.[1];
    return branch === undefined ? undefined : this.read(`${TRACKING}${branch}`);
  }

  /**
   * A branch comes with those beside it, which are about the same; who asks for a second further off gets all of a kind
   * in one list.
   */
  async #tip(branch: string): Promise<string | null> {
    const known = this.#known.get(branch);
    if (known !== undefined) return known;
    const kind = branch.slice(0, branch.indexOf("/") + 1);
    if (kind !== "") {
      const own = branch.slice(0, branch.lastIndexOf("/") + 1);
      const isSecond = this.#folders.has(kind);
      if (!isSecond) this.#folders.set(kind, undefined);
      await this.#readFolder(isSecond && this.#folders.get(own) === undefined ? kind : own);
      return this.#known.get(branch) ?? null;
    }
    const answer = await askRepository(this.#source, {
      fields: "ref(qualifiedName: $branch) { target { oid } }",
      declares: ["$branch: String!"],
      variables: { branch: `${HEADS}${branch}` },
    });
    const found = answer["ref"] as { readonly target: { readonly oid: string } | null } | null;
    const tip = found?.target?.oid ?? null;
    this.#known.set(branch, tip);
    return tip;
  }

  #readFolder(folder: string): Promise<void> {
    const reading = this.#folders.get(folder) ?? this.#listFolder(folder);
    this.#folders.set(folder, reading);
    return reading;
  }

  async #listFolder(folder: string): Promise<void> {
    let after: string | null = null;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const { refs } = (await askRepository(this.#source, {
        fields: `refs(refPrefix: $prefix, first: ${PER_PAGE}, after: $after) {
          pageInfo { hasNextPage endCursor } nodes { name prefix target { oid } } }`,
        declares: ["$prefix: String!", "$after: String"],
        variables: { prefix: `${HEADS}${folder}`, after },
      })) as { readonly refs?: RefsReply | null };
      for (const { name, prefix, target } of refs?.nodes ?? [])
        if (target !== null) this.#known.set(`${prefix}${name}`.slice(HEADS.length), target.oid);
      if (refs?.pageInfo.hasNextPage !== true) return;
      after = refs.pageInfo.endCursor;
    }
  }

  async #see(): Promise<Sight> {
    const answer = await askRepository(this.#source, {
      beside: "viewer { login databaseId name }",
      fields: `id defaultBranchRef { name target { ...Thing ${WITH_TREE} } } policy: object(expression: $policy) { ...Thing }`,
      declares: ["$policy: String!"],
      variables: { policy: `HEAD:${this.#policy}` },
      fragments: THING,
    });
    const { id, viewer, defaultBranchRef: ref } = answer as unknown as SightReply;
    for (const came of [ref?.target, ref?.target?.tree, answer["policy"]]) this.#offer(came);
    const oid = ref?.target?.oid;
    const main = ref === null || oid === undefined ? undefined : { name: ref.name, oid };
    return { id, viewer, main };
  }
}

interface RefsReply {
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly nodes: readonly {
    readonly name: string;
    readonly prefix: string;
    readonly target: { readonly oid: string } | null;
  }[];
}

interface SightReply {
  readonly id: string;
  readonly viewer: Viewer;
  readonly defaultBranchRef: {
    readonly name: string;
    readonly target: { readonly oid: string; readonly tree?: unknown } | null;
  } | null;
}
