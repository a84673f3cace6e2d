import { compareAnchors, compareFormerAnchors, type FoundAnchor } from "../../audit/anchor.ts";
import { isModeltrailError, ModeltrailError } from "../../diagnostics/errors.ts";
import type { Finding } from "../../diagnostics/finding.ts";
import type { Registry } from "../../manifest/types.generated.ts";
import type { Context } from "../context.ts";
import { readPolicies } from "./main-branch.ts";
import { auditBranch, type AuditPlace } from "./place.ts";
import { readAnchors } from "./read-anchors.ts";
import { parseStoreAddress } from "./store-address.ts";

type Storage = Registry["spec"]["storage"];

/** More stores than this no registry moves through; what would be left out counts as not compared. */
const MOST_STORES = 50;

/** What became of the anchors in one store. */
export interface AnchorStore {
  readonly uri: string;
  /** How many were compared; `unknown` where the store did not tell. */
  readonly anchors: number | "unknown";
  /** How many older ones were not, since there are too many. */
  readonly older: number;
  /** Why they were not compared. */
  readonly problem?: string;
}

export interface ComparedAnchors {
  readonly stores: readonly AnchorStore[];
  readonly findings: readonly Finding[];
  /** The first failure; undefined where every store was compared. */
  readonly failure: ModeltrailError | undefined;
}

/** What anchors are held against. */
export interface Anchored {
  readonly place: AuditPlace;
  readonly entries: ReadonlyMap<number, { readonly digest: string; readonly commit: string }>;
  /** The first-parent history of the main branch. */
  readonly line: ReadonlySet<string>;
}

/** What the policies of a main branch named, over all of its history. */
export interface Named {
  readonly branches: ReadonlySet<string>;
  /** The newest first. */
  readonly storages: readonly Storage[];
}

/** The stores and audit branches that any policy of the main branch named: a change of either hides no anchor. */
export async function readNamed(context: Context, { main, branch, registry }: AuditPlace): Promise<Named> {
  const branches = new Set([branch]);
  const storages = new Map<string, Storage>([[keyOf(registry.spec.storage), registry.spec.storage]]);
  for await (const policy of readPolicies(context, main)) {
    const { storage } = policy.spec;
    branches.add(auditBranch(policy, context.prefix));
    if (!storages.has(keyOf(storage))) storages.set(keyOf(storage), storage);
  }
  return { branches, storages: [...storages.values()] };
}

function keyOf({ uri, endpoint = "", region = "" }: Storage): string {
  return JSON.stringify([uri, endpoint, region]);
}

/** Which stores are looked at. */
export interface AnchorScope {
  /** Those that policies named; undefined leaves them out. */
  readonly named: Named | undefined;
  /** Addresses of stores that no policy has to name: all audit branches in them. */
  readonly byHand: readonly string[];
}

/** Compares all anchors that the scope asks for. A store that does not tell stops none of the others. */
export async function compareAllAnchors(
  context: Context,
  anchored: Anchored,
  scope: AnchorScope,
): Promise<ComparedAnchors> {
  const wanted = listStores(scope);
  const stores: AnchorStore[] = [];
  const findings: Finding[] = [];
  let failure = tooMany(wanted.length);
  for (const { uri, storage, branches } of wanted.slice(0, MOST_STORES)) {
    try {
      const query = { mustBePresent: true, ...(branches === undefined ? {} : { branches }) };
      const { anchors, older } = await readAnchors(context, storage, query);
      findings.push(...compareFound(anchors, anchored));
      stores.push({ uri, anchors: anchors.length, older });
    } catch (error) {
      if (!isModeltrailError(error)) throw error;
      failure ??= error;
      stores.push({ uri, anchors: "unknown", older: 0, problem: error.message });
    }
  }
  return { stores, findings, failure };
}

interface Wanted {
  /** As it is told. */
  readonly uri: string;
  readonly storage: Storage;
  /** Undefined: all of them. */
  readonly branches: ReadonlySet<string> | undefined;
}

/** Those that were named by hand first; a policy that names the same store adds nothing. */
function listStores({ named, byHand }: AnchorScope): readonly Wanted[] {
  const given = byHand.map((uri) => ({ uri, storage: parseStoreAddress(uri), branches: undefined }));
  const known = new Set(given.map(({ storage }) => keyOf(storage)));
  const others = (named?.storages ?? []).filter((storage) => !known.has(keyOf(storage)));
  return [
    ...given,
    ...others.map((storage) => ({
      uri: storage.uri,
      storage,
      branches: named?.branches ?? new Set<string>(),
    })),
  ];
}

function compareFound(
  anchors: readonly FoundAnchor[],
  { place: { branch }, entries, line }: Anchored,
): readonly Finding[] {
  const isOwn = (one: FoundAnchor): boolean => one.branch === branch;
  return [
    ...compareAnchors(anchors.filter(isOwn), entries),
    ...compareFormerAnchors(
      anchors.filter((one) => !isOwn(one)),
      line,
    ),
  ];
}

function tooMany(count: number): ModeltrailError | undefined {
  if (count <= MOST_STORES) return undefined;
  return new ModeltrailError(
    "STORAGE",
    `the policies of the main branch named ${count} stores, and at most ${MOST_STORES} are compared`,
  );
}
