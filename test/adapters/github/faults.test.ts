import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readMarker } from "../../../src/adapters/github/body.ts";
import { isModeltrailError } from "../../../src/diagnostics/errors.ts";
import { aProposal } from "../../contracts/forge.contract.ts";
import type { FaultKind, SeenRequest } from "../../servers/github/faults.ts";
import { openPlace, type OpenForge, type Place } from "./place.ts";

/** What goes wrong at every request; by default one refusal, one failure, and a reply that is lost. */
const isLong = process.env["MODELTRAIL_TEST_LONG"] === "1";
const FAULTS: readonly FaultKind[] = isLong
  ? [401, 403, 404, 409, 422, 429, 500, 502, "cut", "lost"]
  : [404, 500, "lost"];

let place: Place;
let forge: OpenForge;
beforeAll(async () => {
  place = await openPlace();
  forge = await place.open();
  await forge.publish({ ...aProposal, branch: BYSTANDER, head: await place.commit("bystander") }, null);
});
afterAll(() => place.close());

const BYSTANDER = "promote/production/fraud/0.0.1";
let count = 0;

/** A proposal of its own for each fault, so that all share one server. */
async function newBranch(): Promise<{ readonly branch: string; readonly head: string }> {
  count += 1;
  return { branch: `promote/staging/fraud/1.${count}.0`, head: await place.commit(`commit ${count}`) };
}

/** Which requests `work` makes when nothing goes wrong: each is then spoilt, one at a time. */
async function requestsOf(work: () => Promise<unknown>): Promise<readonly SeenRequest[]> {
  const before = place.world.server.requests.length;
  await work();
  return place.world.server.requests.slice(before);
}

interface Spoilt {
  readonly at: number;
  readonly fault: FaultKind;
  /** One request, or that one and all that follow. */
  readonly lasting: boolean;
}

/** Runs `work` with a fault, then heals; anything but success or a coded error is a bug. */
async function spoil({ at, fault, lasting }: Spoilt, work: () => Promise<unknown>): Promise<boolean> {
  const { server } = place.world;
  let seen = 0;
  server.fail({
    matches: () => {
      seen += 1;
      return lasting ? seen > at : seen === at + 1;
    },
    fault,
  });
  try {
    await work();
    return true;
  } catch (error) {
    expect(isModeltrailError(error), String(error)).toBe(true);
    return false;
  } finally {
    server.heal();
    await forge.repository.remote.fetch();
  }
}

function* spoilings(requests: readonly SeenRequest[]): Iterable<Spoilt> {
  for (const [at, { path, operationId }] of requests.entries()) {
    const isApi = path.startsWith("/api/");
    for (const fault of FAULTS)
      if (isLong || isApi || (fault === "lost" && operationId === "git/receive-pack"))
        yield { at, fault, lasting: false };
    // The network goes and stays away.
    if (isLong || isApi || operationId === "git/receive-pack") yield { at, fault: "cut", lasting: true };
  }
}

function expectBystander(): void {
  const pull = place.pull(BYSTANDER);
  expect(pull).toMatchObject({ state: "open", head: { sha: place.tip(BYSTANDER) } });
}

function pullsOf(branch: string): readonly object[] {
  return [...place.world.repository.pulls.values()].filter(({ head }) => head.ref === branch);
}

const LIMIT_MS = 600_000;

describe("a fault at any request", () => {
  it("leaves publishing to be finished by running it again", { timeout: LIMIT_MS }, async () => {
    const publish = async ({ branch, head }: { branch: string; head: string }): Promise<void> => {
      const found = await forge.find(branch);
      const expected = found.state === "open" ? found.head : null;
      const labels = ["modeltrail"];
      await forge.publish({ ...aProposal, branch, head, labels }, expected);
    };
    const first = await newBranch();
    const requests = await requestsOf(() => publish(first));
    for (const spoilt of spoilings(requests)) {
      const mine = await newBranch();
      await spoil(spoilt, () => publish(mine));
      await publish(mine);
      const pull = place.pull(mine.branch);
      const context = JSON.stringify(spoilt);
      expect(pullsOf(mine.branch), context).toHaveLength(1);
      expect(pull, context).toMatchObject({
        state: "open",
        head: { sha: mine.head },
        labels: ["modeltrail"],
      });
      expect(readMarker(pull.body)?.["head"], context).toBe(mine.head);
      expect(await place.writesOf(() => publish(mine)), context).toEqual([]);
      place.world.repository.pulls.delete(pull.number);
    }
    expectBystander();
  });

  it("never makes a superseded one look rejected", { timeout: LIMIT_MS }, async () => {
    const by = BYSTANDER;
    const close = ({ branch, head }: { branch: string; head: string }): Promise<void> =>
      forge.close(branch, head, { why: "superseded", by });
    const open = async (): Promise<{ branch: string; head: string }> => {
      const mine = await newBranch();
      await forge.publish({ ...aProposal, ...mine }, null);
      return mine;
    };
    const first = await open();
    const requests = await requestsOf(() => close(first));
    for (const spoilt of spoilings(requests)) {
      const mine = await open();
      const context = JSON.stringify(spoilt);
      await spoil(spoilt, () => close(mine));
      expect((await forge.find(mine.branch)).state, context).not.toBe("rejected");
      await close(mine);
      const pull = place.pull(mine.branch);
      expect(pull.state, context).toBe("closed");
      expect(readMarker(pull.body)?.["superseded"], context).toBe(by);
      expect(pull.comments, context).toHaveLength(1);
      expect(place.tip(mine.branch), context).toBeUndefined();
      expect(await forge.find(mine.branch), context).toEqual({ state: "none" });
      place.world.repository.pulls.delete(pull.number);
    }
    expectBystander();
  });

  it("leaves a merge made or not made, never twice", { timeout: LIMIT_MS }, async () => {
    const open = async (): Promise<{ number: number; head: string }> => {
      count += 1;
      const branch = `promote/staging/fraud/1.${count}.0`;
      const head = place.world.commit({ branch, files: { [`file-${count}.txt`]: "x" } });
      await forge.repository.remote.fetch();
      await forge.publish({ ...aProposal, branch, head }, head);
      return { number: place.pull(branch).number, head };
    };
    const merge = async ({ number, head }: { number: number; head: string }): Promise<string> =>
      (await forge.pullRequests.merge(number, head)).commit;
    const first = await open();
    const requests = await requestsOf(() => merge(first));
    for (const spoilt of spoilings(requests)) {
      const mine = await open();
      const context = JSON.stringify(spoilt);
      const before = place.world.main();
      await spoil(spoilt, () => merge(mine));
      const commit = await merge(mine);
      expect(place.world.main(), context).toBe(commit);
      expect(place.world.repository.git.commit(commit).parents, context).toEqual([before, mine.head]);
    }
    expectBystander();
  });
});

/** Git itself sends a push again when its connection dies; the lease makes that harmless. */
function once(writes: readonly string[]): readonly string[] {
  return writes.filter((one, at) => one !== "git/receive-pack" || writes[at - 1] !== one);
}

describe("a lost reply", () => {
  it("is settled within the call, without a second write that counts", async () => {
    const mine = await newBranch();
    const { server } = place.world;
    const publish = (): Promise<unknown> =>
      forge.publish({ ...aProposal, branch: mine.branch, head: mine.head, labels: [] }, null);
    for (const operation of ["git/receive-pack", "pulls/create"])
      server.fail({ matches: (one) => one.write && one.operationId === operation, fault: "lost", times: 1 });
    expect(once(await place.writesOf(publish))).toEqual(["git/receive-pack", "pulls/create"]);
    server.heal();
    for (const operation of ["issues/create-comment", "pulls/update", "git/receive-pack"])
      server.fail({ matches: (one) => one.write && one.operationId === operation, fault: "lost", times: 1 });
    const close = (): Promise<void> =>
      forge.close(mine.branch, mine.head, { why: "superseded", by: BYSTANDER });
    expect(once(await place.writesOf(close))).toEqual([
      "issues/create-comment",
      "pulls/update",
      "git/receive-pack",
    ]);
    server.heal();
    expect(pullsOf(mine.branch)).toHaveLength(1);
    expect(place.pull(mine.branch).comments).toHaveLength(1);
  });
});
