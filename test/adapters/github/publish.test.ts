import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readMarker } from "../../../src/adapters/github/body.ts";
import { aProposal } from "../../contracts/forge.contract.ts";
import { BRANCH, openPlace, type Place } from "./place.ts";

let place: Place;
beforeEach(async () => {
  place = await openPlace();
});
afterEach(() => place.close());

describe("publishing", () => {
  it("opens a pull request with a body, a marker, labels, and says which", async () => {
    const head = await place.commit("one");
    const forge = await place.open();
    const base = place.world.main();
    const published = await forge.publish(
      {
        ...aProposal,
        branch: BRANCH,
        head,
        base,
        title: "promote(staging): fraud 1.0.0",
        description: ["## What changes\n\nAll.", "## Gates\n\nPass."],
        marker: { kind: "promote", reason: "because --> of <!-- this -- and that" },
        labels: ["modeltrail", "stage:staging"],
        draft: true,
      },
      null,
    );
    const pull = place.pull();
    expect(published).toMatchObject({
      head,
      request: {
        number: pull.number,
        author: "ada",
        title: "promote(staging): fraud 1.0.0",
        draft: true,
        url: `${place.world.server.url}/acme/models/pull/${pull.number}`,
        createdAt: Math.floor(Date.parse(pull.createdAt) / 1000),
      },
      warnings: [],
    });
    expect(place.tip()).toBe(head);
    expect(pull).toMatchObject({ state: "open", draft: true, labels: ["modeltrail", "stage:staging"] });
    expect(readMarker(pull.body)).toEqual({
      kind: "promote",
      reason: "because --> of <!-- this -- and that",
      head,
      base,
      draft: "ours",
    });
    expect(await place.find()).toMatchObject({ state: "open", head, request: { number: pull.number } });
  });

  it("writes nothing when it is published already, and finishes what died half-way", async () => {
    const head = await place.commit("one");
    const labels = ["modeltrail"];
    expect(await place.writesOf(() => place.publish({ head, labels }))).toEqual([
      "git/receive-pack",
      "pulls/create",
      "issues/add-labels",
    ]);
    expect(await place.writesOf(() => place.publish({ head, labels }, head))).toEqual([]);
    place.pull().labels = [];
    expect(await place.writesOf(() => place.publish({ head, labels }, head))).toEqual(["issues/add-labels"]);

    const next = await place.commit("two");
    const { repository } = await place.open();
    await repository.remote.push([{ name: `refs/heads/${BRANCH}`, expected: head, value: next }]);
    expect(await place.writesOf(() => place.publish({ head: next, labels }, next))).toEqual(["pulls/update"]);
    expect(await place.writesOf(() => place.publish({ head: next, labels }, next))).toEqual([]);
  });

  it("opens one for a branch that was pushed and not opened", async () => {
    const head = await place.commit("one");
    const { repository } = await place.open();
    await repository.remote.push([{ name: `refs/heads/${BRANCH}`, expected: null, value: head }]);
    expect(await place.find()).toEqual({ state: "open", head });
    expect(await (await place.open()).listOpen()).toEqual([]);
    expect(await place.writesOf(() => place.publish({ head }, head))).toEqual(["pulls/create"]);
  });

  it("takes a branch without a commit of its own for none, and moves it", async () => {
    const { world } = place;
    const head = await place.commit("one");
    world.repository.git.move(`refs/heads/${BRANCH}`, null, world.main());
    expect(await place.find()).toEqual({ state: "none" });
    // The base went on meanwhile.
    world.commit({ files: { "other.txt": "other" } });
    expect(await place.find()).toEqual({ state: "none" });
    expect(await place.writesOf(() => place.publish({ head }))).toEqual(["git/receive-pack", "pulls/create"]);
    expect(await place.find()).toMatchObject({ state: "open", head });
  });

  it("remembers a rejection beside a branch without a commit of its own", async () => {
    const { world } = place;
    const head = await place.commit("one");
    await place.publish({ head });
    await (await place.open()).close(BRANCH, head, { why: "rejected" });
    world.repository.git.move(`refs/heads/${BRANCH}`, null, world.main());
    expect(await place.find()).toMatchObject({ state: "rejected", head });
  });

  it("replaces its own block of the body alone, and what it proposes with it", async () => {
    const one = await place.commit("one");
    await place.publish({ head: one, title: "old", description: ["old text"] });
    const pull = place.pull();
    pull.body = `A person's word.\r\n\r\n${pull.body ?? ""}\r\n\r\nAnd another.`;
    const two = await place.commit("two");
    await place.publish({ head: two, title: "new", description: ["new text"] }, one);
    expect(pull.title).toBe("new");
    expect(pull.body).toMatch(/^A person's word\.\r\n\r\n<!-- modeltrail -->[^]*new text[^]*And another\.$/);
    expect(pull.body).not.toContain("old text");
    expect(readMarker(pull.body)).toMatchObject({ head: two });
  });

  it("takes over a pull request that a person opened from the branch", async () => {
    const head = await place.commit("one");
    const { repository } = await place.open();
    await repository.remote.push([{ name: `refs/heads/${BRANCH}`, expected: null, value: head }]);
    const at = { ...place.world.at, head: BRANCH, base: "main" };
    await place.world.octokit.pulls.create({ ...at, title: "mine", body: "My text." });
    await place.publish({ head }, head);
    expect(place.pull().body).toMatch(/^My text\.\n\n<!-- modeltrail -->/);
  });

  it("says when the base has everything already", async () => {
    const { repository } = await place.open();
    const head = (await repository.refs.read("refs/remotes/origin/main")) ?? "";
    await expect(place.publish({ head })).rejects.toMatchObject({ code: "CONFLICT" });
  });

  it("makes a failing label a warning, and cuts what GitHub would refuse", async () => {
    const head = await place.commit("one");
    place.world.server.fail({ matches: (one) => one.operationId === "issues/add-labels", fault: 403 });
    const forge = await place.open();
    const proposal = { ...aProposal, branch: BRANCH, head, title: "x".repeat(300), labels: ["y".repeat(60)] };
    const published = await forge.publish(proposal, null);
    expect(published.warnings).toHaveLength(1);
    place.world.server.heal();
    await forge.publish(proposal, head);
    expect(place.pull().title).toHaveLength(256);
    expect(place.pull().labels.map((label) => label.length)).toEqual([50]);
    expect(await place.writesOf(() => forge.publish(proposal, head))).toEqual([]);
  });

  it("fits GitHub's limit, and shortens nothing that a person wrote", async () => {
    const one = await place.commit("one");
    const long = ["# First\n\nshort", `# Second\n\n${"é".repeat(50_000)}`];
    await place.publish({ head: one, description: long });
    const pull = place.pull();
    expect(pull.body).toContain("because GitHub takes no longer text: Second.");
    pull.body = `${"w".repeat(63_990)}\n\n${(pull.body ?? "").slice(0, 1_000)}`;
    const two = await place.commit("two");
    const forge = await place.open();
    const { warnings } = await forge.publish({ ...aProposal, branch: BRANCH, head: two }, one);
    expect(warnings).toHaveLength(1);
    expect(pull.body).toContain("w".repeat(63_990));
  });
});

describe("publishing beside others", () => {
  it("is refused when a branch was closed or merged while it was moved, and does not reopen it", async () => {
    const one = await place.commit("one");
    for (const end of ["closed", "merged"] as const) {
      await place.publish({ head: one });
      const { number } = place.pull();
      const { server, octokit, at } = place.world;
      const forge = await place.open();
      const two = await place.commit(`two ${end}`);
      server.onRequest = async (request) => {
        if (request.operationId !== "git/receive-pack" || request.method !== "GET") return;
        server.onRequest = undefined;
        if (end === "closed") await octokit.pulls.update({ ...at, pull_number: number, state: "closed" });
        else await octokit.pulls.merge({ ...at, pull_number: number });
      };
      await expect(forge.publish({ ...aProposal, branch: BRANCH, head: two }, one)).rejects.toMatchObject({
        code: "CONFLICT",
      });
      expect(await place.find()).toMatchObject(
        end === "closed" ? { state: "rejected", head: one } : { state: "none" },
      );
      expect(place.world.repository.pulls.size).toBe(end === "closed" ? 1 : 2);
    }
  });

  it("publishes anew over a branch that a closed pull request left behind", async () => {
    const one = await place.commit("one");
    await place.publish({ head: one });
    const { octokit, at } = place.world;
    await octokit.pulls.update({ ...at, pull_number: place.pull().number, state: "closed" });
    expect(await place.find()).toMatchObject({ state: "rejected", head: one, request: { number: 1 } });
    const two = await place.commit("two");
    await place.publish({ head: two }, null);
    expect(await place.find()).toMatchObject({ state: "open", head: two, request: { number: 2 } });
  });

  it("sees what others pushed after it had fetched", async () => {
    const forge = await place.open();
    const one = await place.commit("one");
    await place.publish({ head: one });
    const stale = await place.open();
    place.world.commit({ branch: BRANCH, files: { "other.txt": "a person's" } });
    const tip = place.tip();
    expect(await forge.find(BRANCH)).toMatchObject({ state: "open", head: tip });
    await expect(stale.publish({ ...aProposal, branch: BRANCH, head: one }, one)).rejects.toMatchObject({
      code: "CONFLICT",
    });
    expect(place.tip()).toBe(tip);
  });

  it("leaves one of two racers open", async () => {
    const [one, two] = [await place.commit("one"), await place.commit("two")];
    const forges = [await place.open(), await place.open()] as const;
    const results = await Promise.allSettled([
      forges[0].publish({ ...aProposal, branch: BRANCH, head: one }, null),
      forges[1].publish({ ...aProposal, branch: BRANCH, head: two }, null),
    ]);
    expect(results.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(results).toContainEqual({
      status: "rejected",
      reason: expect.objectContaining({ code: "CONFLICT" }),
    });
    expect(place.world.repository.pulls.size).toBe(1);
  });

  it("takes a pull request that another run has opened in between", async () => {
    const head = await place.commit("one");
    const { server, octokit, at } = place.world;
    server.onRequest = async (request) => {
      if (request.operationId !== "pulls/create") return;
      server.onRequest = undefined;
      await octokit.pulls.create({ ...at, head: BRANCH, base: "main", title: "theirs", body: "Theirs." });
    };
    await place.publish({ head });
    expect(place.world.repository.pulls.size).toBe(1);
    expect(place.pull().body).toMatch(/^Theirs\./);
  });
});
