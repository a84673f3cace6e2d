import type { RequestFacts } from "../../ports/forge.ts";
import type { Context } from "../context.ts";
import type { JudgedRequest } from "./judge-requests.ts";
import type { JudgingPlace } from "./judging-place.ts";

/** Of a merge queue's commit: when anything moves, the queue makes another one. */
export function always(): Promise<boolean> {
  return Promise.resolve(true);
}

/** The youngest are what people are waiting for; those of forks come after all others, as none of them is let in. */
export function chooseRequests(
  all: readonly RequestFacts[],
  most: number,
): { readonly chosen: readonly RequestFacts[]; readonly left: readonly RequestFacts[] } {
  const last = [...all.filter(({ isFork }) => isFork), ...all.filter(({ isFork }) => !isFork)];
  const cut = Math.max(last.length - most, 0);
  const left = new Set(last.slice(0, cut));
  return { chosen: all.filter((one) => !left.has(one)), left: [...left] };
}

/**
 * Whether what verdicts rest on has changed: the tip, and with `facts` that pull request. To judge many again a head
 * that moved is no reason: a status belongs to a commit, and the move started a run of its own. A success that `isWritten`
 * may have been what let it in: merged, it has done its work.
 */
export async function hasMoved(
  { repository }: Context,
  { host, remote, base, tip }: JudgingPlace,
  facts: RequestFacts | undefined,
  isWritten = false,
): Promise<boolean> {
  if (facts !== undefined) {
    const now = await host.look(facts.request.number);
    if (isWritten && now.state === "merged" && now.head === facts.head) return false;
    if (now.head !== facts.head || now.base !== facts.base || now.state !== facts.state) return true;
  }
  if (remote === undefined) return false;
  await repository.remote.fetch();
  return (await repository.refs.read(`refs/remotes/${remote}/${base}`)) !== tip;
}

/** The worst comes last. */
const ORDER: readonly JudgedRequest["verdict"][] = ["pass", "pending", "not-verified", "fail", "unknown"];

/**
 * A commit has one status, and may be the head of several pull requests. One of this repository's own into the default
 * branch decides, then a fork's, then one that goes elsewhere; of equals the worst, so that it is the same each time.
 */
export async function decideByHead(
  { host, base }: JudgingPlace,
  judged: readonly JudgedRequest[],
  only: number | undefined,
): Promise<readonly JudgedRequest[]> {
  const rank = (facts: RequestFacts | undefined): number => (facts?.base !== base ? 2 : facts.isFork ? 1 : 0);
  const [first] = judged;
  if (only !== undefined) {
    const own = rank(first?.request);
    if (first === undefined || own === 0) return judged;
    const others = (await host.listRequests()).filter(({ head }) => head === first.head);
    const better = others.find((facts) => rank(facts) < own);
    if (better === undefined) return judged;
    const isWithheld = others.every((facts) => rank(facts) > 0);
    return [{ ...first, decidedBy: better.request.number, ...(isWithheld ? { isWithheld } : {}) }];
  }
  return judged.map((one) => {
    const same = judged.filter(({ head }) => head === one.head);
    const [decides] = same.toSorted(
      (a, b) => rank(a.request) - rank(b.request) || ORDER.indexOf(b.verdict) - ORDER.indexOf(a.verdict),
    );
    const number = decides?.request?.request.number;
    return decides === one || number === undefined ? one : { ...one, decidedBy: number };
  });
}
