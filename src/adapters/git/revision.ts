import type { RefFiles } from "./ref-files.ts";
import { isOid } from "./object-format.ts";
import { isRefName } from "./ref-name.ts";

/** What a revision is resolved against, where no git does it for us. */
export interface RevisionGround {
  readonly refs: RefFiles;
  /** All object ids that begin with these digits. */
  idsWithPrefix(prefix: string): Promise<readonly string[]>;
  /** The commit that an object is, or that a tag of it names in the end; undefined for anything else. */
  peel(oid: string): Promise<{ readonly oid: string; readonly parents: readonly string[] } | undefined>;
}

export type ResolvedRevision = { readonly oid: string } | "ambiguous" | undefined;

/** Where Git looks for a short name, in its order. */
const PLACES = ["", "refs/", "refs/tags/", "refs/heads/", "refs/remotes/"];

/** Ids, short ids, refs by Git's rules, `@`, and the suffixes `~n`, `^n`, `^{commit}`, `^{}` and `^0`. */
export async function resolveRevision(ground: RevisionGround, revision: string): Promise<ResolvedRevision> {
  const match = /^(.+?)((?:~\d*|\^\{(?:commit)?\}|\^\d*)*)$/s.exec(revision);
  const base = match?.[1];
  if (base === undefined) return undefined;
  const found = await resolveBase(ground, base);
  if (found === undefined || found === "ambiguous") return found;
  let at: string | undefined = (await ground.peel(found.oid))?.oid;
  for (const [, kind = "", digits = ""] of (match?.[2] ?? "").matchAll(/([~^])(\{(?:commit)?\}|\d*)/g)) {
    if (at === undefined) return undefined;
    if (!digits.startsWith("{"))
      at = await step(ground, at, { kind, count: digits === "" ? 1 : Number(digits) });
  }
  return at === undefined ? undefined : { oid: at };
}

async function step(
  ground: RevisionGround,
  oid: string,
  move: { readonly kind: string; readonly count: number },
): Promise<string | undefined> {
  if (move.kind === "^") return move.count === 0 ? oid : (await ground.peel(oid))?.parents[move.count - 1];
  let at: string | undefined = oid;
  for (let left = move.count; left > 0 && at !== undefined; left--) at = (await ground.peel(at))?.parents[0];
  return at;
}

async function resolveBase(ground: RevisionGround, base: string): Promise<ResolvedRevision> {
  if (isOid(base.toLowerCase())) return { oid: base.toLowerCase() };
  const name = base === "@" ? "HEAD" : base;
  for (const place of PLACES) {
    const oid = await readPlace(ground.refs, place + name);
    if (oid !== undefined) return { oid };
  }
  const remoteHead = await readPlace(ground.refs, `refs/remotes/${name}/HEAD`);
  if (remoteHead !== undefined) return { oid: remoteHead };
  if (!/^[0-9a-f]{4,39}$/i.test(name)) return undefined;
  return resolveShort(ground, name.toLowerCase());
}

async function readPlace(refs: RefFiles, name: string): Promise<string | undefined> {
  // Outside refs/ only names such as HEAD, ORIG_HEAD or FETCH_HEAD are refs; no other file of the git dir is.
  if (!isRefName(name) && !/^[A-Z_]+$/.test(name)) return undefined;
  return refs.read(name).catch(() => undefined);
}

/** Of several objects only a single commit is meant, as Git takes it. */
async function resolveShort(ground: RevisionGround, prefix: string): Promise<ResolvedRevision> {
  const commits: string[] = [];
  for (const oid of await ground.idsWithPrefix(prefix)) {
    if ((await ground.peel(oid)) !== undefined) commits.push(oid);
  }
  const [only] = commits;
  if (commits.length > 1) return "ambiguous";
  return only === undefined ? undefined : { oid: only };
}
