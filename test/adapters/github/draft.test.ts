import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readMarker } from "../../../src/adapters/github/body.ts";
import type { Published } from "../../../src/ports/forge.ts";
import { aProposal } from "../../contracts/forge.contract.ts";
import { BRANCH, openPlace, type Place } from "./place.ts";

let place: Place;
let head: string;
beforeEach(async () => {
  place = await openPlace();
  head = await place.commit("one");
});
afterEach(() => place.close());

async function publish(draft: boolean, at = head, expected: string | null = at): Promise<Published> {
  return (await place.open()).publish({ ...aProposal, branch: BRANCH, head: at, draft }, expected);
}

const TO_DRAFT = "graphql/convertPullRequestToDraft";
const TO_READY = "graphql/markPullRequestReadyForReview";

/** The server's own way is not needed: what matters is that it is asked for, and what comes of the answer. */
function convertOnRequest(): void {
  place.world.server.onRequest = ({ operationId }) => {
    if (operationId === TO_DRAFT) place.pull().draft = true;
  };
  const data = { convertPullRequestToDraft: { clientMutationId: null } };
  place.world.server.fail({
    matches: ({ operationId }) => operationId === TO_DRAFT,
    fault: { status: 200, body: { data } },
  });
}

describe("a draft of ours", () => {
  it.each(["a new commit", "the same commit"])("becomes ready with %s that is not denied", async (what) => {
    await publish(true, head, null);
    expect(place.pull().draft).toBe(true);
    const next = what === "the same commit" ? head : await place.commit("two");
    let published: Published | undefined;
    const writes = await place.writesOf(async () => {
      published = await publish(false, next, head);
    });
    expect(writes.filter((one) => one === TO_READY)).toHaveLength(1);
    expect(published).toMatchObject({ request: { draft: false }, warnings: [] });
    expect(place.pull().draft).toBe(false);
    expect(readMarker(place.pull().body)?.["draft"]).toBeUndefined();
    expect(await place.writesOf(() => publish(false, next))).toEqual([]);
  });

  it("becomes ready once, even when the reply is lost", async () => {
    await publish(true, head, null);
    place.world.server.fail({
      matches: ({ operationId }) => operationId === TO_READY,
      fault: "lost",
      times: 1,
    });
    expect(await place.writesOf(() => publish(false))).toEqual([TO_READY, "pulls/update"]);
  });

  it("is named in a warning while GitHub does not let it be changed", async () => {
    await publish(true, head, null);
    const errors = [{ type: "FORBIDDEN", message: "Resource not accessible by integration" }];
    place.world.server.fail({
      matches: ({ operationId }) => operationId === TO_READY,
      fault: { status: 200, body: { data: null, errors } },
      times: 1,
    });
    const { warnings } = await publish(false);
    expect(warnings).toEqual([expect.stringContaining('"Ready for review"')]);
    // The next run tries again.
    expect(await publish(false)).toMatchObject({ warnings: [], request: { draft: false } });
  });

  it("that a person made ready stays so while it is denied", async () => {
    await publish(true, head, null);
    place.pull().draft = false;
    const next = await place.commit("two");
    expect(await place.writesOf(() => publish(true, next, head))).not.toContain(TO_DRAFT);
    expect(place.pull().draft).toBe(false);
  });
});

/** As a private repository of a free plan says no. */
function refuseDrafts(): void {
  const message = "Draft pull requests are not supported in this repository.";
  place.world.server.fail({
    matches: ({ operationId }) => operationId === "pulls/create",
    fault: { status: 422, body: { message, documentation_url: "https://docs.github.com", status: "422" } },
  });
}

describe("where the repository has no drafts", () => {
  it("a denied change is not proposed, and leaves nothing behind", async () => {
    const { server, repository } = place.world;
    refuseDrafts();
    await expect(publish(true, head, null)).rejects.toMatchObject({ code: "USAGE" });
    expect(place.tip()).toBeUndefined();
    // What could not be taken back is, by the next run.
    server.fail({
      matches: ({ method, operationId }) =>
        method === "POST" && operationId === "git/receive-pack" && place.tip() !== undefined,
      fault: 502,
    });
    await expect(publish(true, head, null)).rejects.toMatchObject({ code: "NETWORK" });
    expect(place.tip()).toBe(head);
    server.heal();
    refuseDrafts();
    await expect(publish(true)).rejects.toMatchObject({ code: "USAGE" });
    expect(place.tip()).toBeUndefined();
    expect(repository.pulls.size).toBe(0);
  });
});

describe("a pull request that is denied now", () => {
  it("becomes a draft, and ready again when it passes", async () => {
    await publish(false, head, null);
    convertOnRequest();
    const next = await place.commit("two");
    expect(await place.writesOf(() => publish(true, next, head))).toContain(TO_DRAFT);
    expect(readMarker(place.pull().body)).toMatchObject({ head: next, draft: "ours" });
    expect(await place.writesOf(() => publish(true, next))).toEqual([]);
    expect(await publish(false, next)).toMatchObject({ request: { draft: false } });
  });

  it("stays a draft when a person has made it one", async () => {
    await publish(false, head, null);
    place.pull().draft = true;
    expect(await place.writesOf(() => publish(true))).toEqual(["pulls/update"]);
    expect(await place.writesOf(() => publish(true))).toEqual([]);
    expect(await place.writesOf(() => publish(false))).toEqual(["pulls/update"]);
    expect(place.pull().draft).toBe(true);
  });
});
