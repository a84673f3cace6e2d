import { Octokit } from "@octokit/rest";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readMarker } from "../../../src/adapters/github/body.ts";
import { SILENT } from "../../servers/github/world.ts";
import { BRANCH, NEWER, openPlace, type Place } from "./place.ts";

let place: Place;
let head: string;
beforeEach(async () => {
  place = await openPlace();
  head = await place.commit("one");
  await place.publish({ head, description: ["A text."] });
});
afterEach(() => place.close());

async function close(
  closing: Parameters<Awaited<ReturnType<Place["open"]>>["close"]>[2],
  at = head,
): Promise<void> {
  await (await place.open()).close(BRANCH, at, closing);
}

describe("closing", () => {
  it("links the newer one once, says so in the text, and takes the branch away", async () => {
    await place.publish({ branch: NEWER, head: await place.commit("two") });
    const closing = { why: "superseded", by: NEWER } as const;
    expect(await place.writesOf(() => close(closing))).toEqual([
      "issues/create-comment",
      "pulls/update",
      "git/receive-pack",
    ]);
    const pull = place.pull();
    expect(pull.state).toBe("closed");
    expect(pull.comments.map(({ body }) => body)).toEqual([expect.stringContaining("Superseded by #2")]);
    expect(pull.body).toContain("A text.");
    expect(readMarker(pull.body)).toMatchObject({ head, superseded: NEWER });
    expect(place.tip()).toBeUndefined();
    expect(await place.find()).toEqual({ state: "none" });
    expect(await place.writesOf(() => close(closing))).toEqual([]);
    // Closed before the branch could go: what is left is no proposal, and another run takes it away.
    place.world.repository.git.move(`refs/heads/${BRANCH}`, null, head);
    expect(await place.find()).toEqual({ state: "none" });
    expect(await place.writesOf(() => close(closing))).toEqual(["git/receive-pack"]);
  });

  it("is ended by a later run where the branch could not be deleted", async () => {
    const { server, repository } = place.world;
    const closing = { why: "superseded", by: NEWER } as const;
    const sweep = async (): Promise<void> =>
      (await place.open()).sweep?.(["promote/staging/fraud/"], (found) =>
        Promise.resolve(found.filter(({ branch }) => branch !== NEWER)),
      );
    server.fail({ matches: ({ operationId }) => operationId === "git/receive-pack", fault: 502 });
    await expect(close(closing)).rejects.toMatchObject({ code: "NETWORK" });
    server.heal();
    expect(place.pull().state).toBe("closed");
    const rejected = "promote/staging/fraud/0.9.0";
    const [theirs, fresh] = [await place.commit("rejected"), place.world.main()];
    await place.publish({ branch: rejected, head: theirs });
    place.pull(rejected).state = "closed";
    repository.git.move("refs/heads/promote/staging/fraud/1.2.0", null, fresh);
    expect(await place.writesOf(sweep)).toEqual(["git/receive-pack"]);
    expect(place.tip()).toBeUndefined();
    expect(place.tip(rejected)).toBe(theirs);
    expect(place.tip("promote/staging/fraud/1.2.0")).toBe(fresh);
    // A person went on with it, or opened it again and closed it.
    repository.git.move(`refs/heads/${BRANCH}`, null, fresh);
    expect(await place.writesOf(sweep)).toEqual([]);
  });

  it("names the newer one where it has no pull request yet, and comments no second time", async () => {
    const pull = place.pull();
    place.world.server.fail({ matches: (one) => one.operationId === "pulls/update", fault: 403, times: 1 });
    const closing = { why: "superseded", by: "promote/staging/fraud/--> `x`" } as const;
    await expect(close(closing)).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect(pull.state).toBe("open");
    expect(await place.writesOf(() => close(closing))).toEqual(["pulls/update", "git/receive-pack"]);
    expect(pull.comments).toHaveLength(1);
    expect(readMarker(pull.body)?.["superseded"]).toBe(closing.by);
  });

  it("links the newer one although an outsider wrote what looks like it, or it names another", async () => {
    const { repository, server } = place.world;
    const pull = place.pull();
    const closing = { why: "superseded", by: NEWER } as const;
    const refuse = (): void =>
      server.fail({ matches: (one) => one.operationId === "pulls/update", fault: 403, times: 1 });
    refuse();
    await expect(close({ ...closing, by: "promote/staging/fraud/1.2.0" })).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
    refuse();
    await expect(close(closing)).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect(pull.comments).toHaveLength(2);
    pull.comments = pull.comments.map((one) => ({ ...one, user: server.addUser("mallory") }));
    expect(await place.writesOf(() => close(closing))).toContain("issues/create-comment");
    expect(pull.comments.map(({ user }) => user.login)).toEqual(["mallory", "mallory", "ada"]);
    expect(repository.roles.has("mallory")).toBe(false);
  });

  it("remembers a rejection, whoever closed it", async () => {
    expect(await place.writesOf(() => close({ why: "rejected" }))).toEqual([
      "pulls/update",
      "git/receive-pack",
    ]);
    expect(await place.find()).toMatchObject({ state: "rejected", head, request: { number: 1 } });
    expect(await place.writesOf(() => close({ why: "rejected" }))).toEqual([]);

    await place.publish({ head: await place.commit("again") });
    const { number, head: again } = place.pull();
    const { server } = place.world;
    const { value: auth } = server.addAppToken("stale", { issues: "write", pull_requests: "write" });
    place.world.repository.roles.set("stale[bot]", "triage");
    const stale = new Octokit({ auth, baseUrl: server.apiUrl, log: SILENT });
    await stale.issues.update({ ...place.world.at, issue_number: number, state: "closed" });
    expect(await place.find()).toMatchObject({ state: "rejected", head: again.sha, request: { number } });
  });

  it.each(["merge", "squash", "rebase"] as const)("tidies up after a %s", async (method) => {
    const { octokit, at } = place.world;
    await octokit.pulls.merge({ ...at, pull_number: 1, merge_method: method });
    expect(await place.find()).toEqual({ state: "none" });
    expect(await place.writesOf(() => close({ why: "merged" }))).toEqual(["git/receive-pack"]);
    expect(await place.writesOf(() => close({ why: "merged" }))).toEqual([]);
    expect(place.pull().merged).not.toBeNull();
  });

  it("does not take for rejected what reached the base by another way", async () => {
    expect(await place.writesOf(() => close({ why: "merged" }))).toEqual([
      "pulls/update",
      "git/receive-pack",
    ]);
    expect(await place.find()).toEqual({ state: "none" });
  });

  it("leaves alone what a person went on with", async () => {
    const tip = place.world.commit({ branch: BRANCH, files: { "more.txt": "a person's" } });
    for (const closing of [{ why: "superseded", by: NEWER }, { why: "rejected" }] as const) {
      expect(
        await place.writesOf(() => expect(close(closing)).rejects.toMatchObject({ code: "CONFLICT" })),
      ).toEqual([]);
    }
    expect(await place.writesOf(() => close({ why: "merged" }))).toEqual([]);
    expect(await place.find()).toMatchObject({ state: "open", head: tip });
  });

  it("keeps a branch that a person moves while it is closed", async () => {
    const { server } = place.world;
    let tip = "";
    server.onRequest = (request) => {
      if (request.operationId !== "git/receive-pack") return;
      server.onRequest = undefined;
      tip = place.world.commit({ branch: BRANCH, files: { "more.txt": "a person's" } });
    };
    await expect(close({ why: "superseded", by: NEWER })).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await place.find()).toEqual({ state: "open", head: tip });
  });

  it("warns of a branch that a rule protects, and does not take it for a proposal", async () => {
    const rules = [{ type: "deletion" }] as const;
    place.world.server.setRules(place.world.repository, BRANCH, rules);
    await close({ why: "superseded", by: NEWER });
    expect(place.warnings).toHaveLength(1);
    expect(place.tip()).toBe(head);
    expect(await place.find()).toEqual({ state: "none" });
  });

  it("survives two who close at once", async () => {
    const forges = [await place.open(), await place.open()];
    const closing = { why: "superseded", by: NEWER } as const;
    await Promise.all(forges.map((forge) => forge.close(BRANCH, head, closing)));
    expect(await place.find()).toEqual({ state: "none" });
    expect(place.tip()).toBeUndefined();
  });

  it("takes one that a person opened again for open, and its next commit clears the mark", async () => {
    await close({ why: "superseded", by: NEWER });
    place.world.repository.git.move(`refs/heads/${BRANCH}`, null, head);
    await place.world.octokit.pulls.update({ ...place.world.at, pull_number: 1, state: "open" });
    expect(await place.find()).toMatchObject({ state: "open", head });
    await place.publish({ head }, head);
    expect(readMarker(place.pull().body)?.["superseded"]).toBeUndefined();
  });
});

describe("one that was superseded, and that a person opened again", () => {
  const closing = { why: "superseded", by: NEWER } as const;
  const at = { pull_number: 1 };

  async function reopen(): Promise<void> {
    place.world.repository.git.move(`refs/heads/${BRANCH}`, null, head);
    await place.world.octokit.pulls.update({ ...place.world.at, ...at, state: "open" });
  }

  it("is rejected when the command closes it", async () => {
    await close(closing);
    await reopen();
    expect(await place.writesOf(() => close({ why: "rejected" }))).toEqual([
      "pulls/update",
      "git/receive-pack",
    ]);
    expect(await place.find()).toMatchObject({ state: "rejected", head, request: { number: 1 } });
    expect(place.pull().body).toContain("A text.");
  });

  it("is rejected when a person closes it on its page", async () => {
    await close(closing);
    await reopen();
    await place.world.octokit.pulls.update({ ...place.world.at, ...at, state: "closed" });
    expect(await place.find()).toMatchObject({ state: "rejected", head, request: { number: 1 } });
  });

  it("is superseded when it is superseded again", async () => {
    let now = Date.parse("2026-01-01T00:00:00Z");
    await place.close();
    place = await openPlace({ clock: () => (now += 1_000) });
    head = await place.commit("one");
    await place.publish({ head });
    await place.world.octokit.pulls.update({ ...place.world.at, ...at, state: "closed" });
    await place.world.octokit.pulls.update({ ...place.world.at, ...at, state: "open" });
    for (let turn = 0; turn < 2; turn += 1) {
      await close(closing);
      expect(await place.find()).toEqual({ state: "none" });
      await reopen();
    }
  });
});

describe("what counts as a proposal", () => {
  it("lists open ones into the base from branches that are named like ours, over all pages", async () => {
    const { repository } = place.world;
    const many = Array.from({ length: 104 }, (_, number) => `rollback/staging/fraud/0.${number}.0`);
    const others = ["feature", "promoted/x", "acme/promote/staging/fraud/1.0.0", "release"];
    const lines = [...many, ...others, "promote/staging/other/1.0.0"].map(
      (one) => `create refs/heads/${one} ${head}`,
    );
    repository.git.text(["update-ref", "--stdin"], `${lines.join("\n")}\n`);
    for (const branch of [...many, ...others]) openByHand(branch);
    openByHand("promote/staging/other/1.0.0", "release");
    const branches = (await (await place.open()).listOpen()).map(({ branch }) => branch);
    expect(branches).toEqual([...many, BRANCH].toSorted());
    const prefixed = await (await place.open({ branchPrefix: "acme/" })).listOpen();
    expect(prefixed).toMatchObject([
      { branch: "acme/promote/staging/fraud/1.0.0", request: { author: "ada" } },
    ]);
  });

  /** Straight into the server's memory: opening a hundred takes a while. */
  function openByHand(branch: string, base = "main"): void {
    const { pulls } = place.world.repository;
    const first = place.pull();
    const number = pulls.size + 1;
    const ends = { head: { ref: branch, sha: head }, base: { ...first.base, ref: base } };
    pulls.set(number, { ...first, ...ends, number, labels: [], events: [] });
  }

  it("is never a fork's branch of the same name", async () => {
    const { octokit, at, server } = place.world;
    const { data } = await octokit.pulls.list({ ...at, state: "all" });
    const own = data[0]!;
    const fork = { ...own, number: 99, head: { ...own.head, repo: { ...own.head.repo, id: 1 } } };
    const gone = { ...own, number: 98, state: "closed", head: { ...own.head, repo: null } };
    server.fail({
      matches: (request) => request.operationId === "pulls/list",
      fault: { status: 200, body: [fork, gone] },
      times: 2,
    });
    const forge = await place.open();
    expect(await forge.find(BRANCH)).toEqual({ state: "open", head });
    expect(await forge.listOpen()).toEqual([]);
  });

  it("is found behind more than a page of others", async () => {
    const { octokit, at, server } = place.world;
    const { data } = await octokit.pulls.list({ ...at, state: "all" });
    const own = data[0]!;
    const forks = Array.from({ length: 100 }, () => ({ ...own, head: { ...own.head, repo: null } }));
    server.fail({
      matches: (request) => request.operationId === "pulls/list",
      fault: { status: 200, headers: { link: '<http://elsewhere.invalid/>; rel="next"' }, body: forks },
      times: 1,
    });
    // The second page is the server's own, which has no more than one.
    server.fail({
      matches: (request) => request.operationId === "pulls/list",
      fault: { status: 200, body: [own] },
      times: 1,
    });
    expect(await (await place.open()).find(BRANCH)).toMatchObject({
      state: "open",
      head,
      request: { number: 1 },
    });
  });
});
