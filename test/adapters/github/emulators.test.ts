import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mergeProposal } from "../../../src/workflows/merge.ts";
import type { MoveOutcome } from "../../../src/workflows/move.ts";
import { promoteVersion, type PromoteOptions } from "../../../src/workflows/promote.ts";
import { closeProposal, listProposals, type ProposalRow } from "../../../src/workflows/proposals.ts";
import { resolveModel } from "../../../src/workflows/resolve.ts";
import { type EmulatedTeam, openEmulatedTeam } from "../../builders/emulated-team.ts";
import { findEmulate, startEmulate } from "../../servers/emulators/emulate.ts";
import type { Emulator } from "../../servers/emulators/emulator.ts";
import { findMyworld, startMyworld } from "../../servers/emulators/myworld.ts";

/**
 * What an emulator does not do as GitHub's documentation says; its steps are left out there. On both there is more
 * that no flow can go through: statuses of a commit that can be listed, auto-merge, a pull request that closes when
 * its branch goes, and a merge that is held to a head by a 409 (emulate says 422, myworld does not look).
 */
interface Lacking {
  /** It takes any token. */
  readonly tokens?: true;
  /** A pull request keeps the head that it was opened with, so what was pushed to it later cannot be merged. */
  readonly movedHeads?: true;
  /** It lists no commits of a pull request and knows nobody's permission, so whose approval counts is unknown. */
  readonly people?: true;
  /** It takes no comments on lines. */
  readonly suggestions?: true;
}

type Proposed = Exclude<MoveOutcome, { readonly status: "already" }> & { readonly number: number };

function flows(start: () => Promise<Emulator>, lacking: Lacking): void {
  let team: EmulatedTeam;
  beforeAll(async () => {
    team = await openEmulatedTeam(start);
  });
  afterAll(() => team.dispose());

  /** Each test has a model of its own. */
  async function propose(model: string, version: string, options?: PromoteOptions): Promise<Proposed> {
    const outcome = await promoteVersion(await team.open(), `${model}@${version}`, "staging", options);
    if (outcome.status === "already" || outcome.request === undefined) throw new Error("no pull request");
    return { ...outcome, number: outcome.request.number };
  }

  async function rowsOf(model: string): Promise<readonly ProposalRow[]> {
    const { proposals } = await listProposals(await team.open());
    return proposals.filter(({ branch }) => branch.includes(`/${model}/`));
  }

  async function commentsOf(number: number): Promise<readonly string[]> {
    const reply = await team.as("rob").ask("GET", `/issues/${number}/comments`);
    return ((await reply.json()) as readonly { readonly body: string }[]).map(({ body }) => body);
  }

  it("opens a pull request once, with a body that remembers and labels for people", async () => {
    await team.register("opened", "1.0.0");
    const { number, status, branch } = await propose("opened", "1.0.0", { reason: "First" });
    expect([status, branch]).toEqual(["opened", "promote/staging/opened/1.0.0"]);
    const pull = await team.as("rob").call("GET", `/pulls/${number}`);
    expect(pull).toMatchObject({ state: "open", draft: false, head: { ref: branch } });
    expect(pull["title"]).toContain("promote(staging): opened");
    expect(pull["body"]).toContain("> First");
    const labels = pull["labels"] as readonly { readonly name: string }[];
    expect(labels.map(({ name }) => name).toSorted()).toEqual([
      "model:opened",
      "modeltrail",
      "stage:staging",
    ]);
    const seen = team.bridge.requests.length;
    expect(await propose("opened", "1.0.0")).toMatchObject({ status: "unchanged", number });
    expect(team.bridge.writesSince(seen)).toEqual([]);
  });

  it("merges what was judged", async () => {
    await team.register("merged", "1.0.0");
    const { number, branch } = await propose("merged", "1.0.0");
    expect(await mergeProposal(await team.open(), String(number))).toMatchObject({
      status: "merged",
      branch,
    });
    expect(await mergeProposal(await team.open(), branch)).toMatchObject({ status: "already" });
    expect(await resolveModel(await team.open(), "merged@staging")).toMatchObject({ version: "1.0.0" });
    expect(await rowsOf("merged")).toEqual([]);
  });

  it.each(["squash", "rebase"] as const)("knows what was merged by a %s on the page", async (method) => {
    await team.register(method, "1.0.0");
    const { number, branch } = await propose(method, "1.0.0");
    await team.as("rob").call("PUT", `/pulls/${number}/merge`, { merge_method: method });
    expect(await rowsOf(method)).toEqual([]);
    expect(await mergeProposal(await team.open(), branch)).toMatchObject({ status: "already" });
    expect(await resolveModel(await team.open(), `${method}@staging`)).toMatchObject({ version: "1.0.0" });
    expect(await promoteVersion(await team.open(), `${method}@1.0.0`, "staging")).toMatchObject({
      status: "already",
    });
  });

  it("closes the older proposal with a link to the newer, which is no rejection", async () => {
    await team.register("followed", "1.0.0");
    await team.register("followed", "1.1.0");
    const old = await propose("followed", "1.0.0");
    const newer = await propose("followed", "1.1.0");
    expect(newer.superseded).toEqual([old.branch]);
    expect(await team.as("rob").call("GET", `/pulls/${old.number}`)).toMatchObject({ state: "closed" });
    expect(await commentsOf(old.number)).toEqual([expect.stringContaining(`Superseded by #${newer.number}`)]);
    const seen = team.bridge.requests.length;
    await propose("followed", "1.1.0");
    expect(team.bridge.writesSince(seen)).toEqual([]);
    expect(await propose("followed", "1.0.0")).toMatchObject({
      status: "opened",
      superseded: [newer.branch],
    });
  });

  it("takes a pull request that somebody closed for rejected, until it is opened again", async () => {
    await team.register("closed", "1.0.0");
    const first = await propose("closed", "1.0.0");
    await team.as("rob").call("PATCH", `/pulls/${first.number}`, { state: "closed" });
    await expect(propose("closed", "1.0.0")).rejects.toMatchObject({ code: "REJECTED_BEFORE" });
    const second = await propose("closed", "1.0.0", { reopen: true });
    expect(second.number).toBeGreaterThan(first.number);
    const result = await closeProposal(await team.open(), String(second.number));
    expect(result).toMatchObject({ status: "closed", branch: second.branch });
    await expect(propose("closed", "1.0.0")).rejects.toMatchObject({ code: "REJECTED_BEFORE" });
  });

  it("rebuilds a proposal when main moved, in the same pull request", async () => {
    await team.register("rebuilt", "1.0.0");
    const first = await propose("rebuilt", "1.0.0");
    await team.register("rebuilt", "1.1.0");
    const second = await propose("rebuilt", "1.0.0");
    expect(second).toMatchObject({ status: "updated", number: first.number });
    expect(second.commit).not.toBe(first.commit);
    if (lacking.movedHeads === true) return;
    expect(await mergeProposal(await team.open(), String(first.number))).toMatchObject({ status: "merged" });
  });

  it("reads who reviewed which commit, and who of them counts", async () => {
    await team.register("reviewed", "1.0.0");
    const { number, commit } = await propose("reviewed", "1.0.0");
    await team.as("rob").call("POST", `/pulls/${number}/reviews`, { event: "APPROVE", body: "Fine" });
    const host = await team.host();
    expect(await host.reviews(number)).toMatchObject([
      { login: "rob", isBot: false, state: "approved", head: commit },
    ]);
    if (lacking.people === true) return;
    expect(await rowsOf("reviewed")).toMatchObject([
      { request: { number }, verdict: "pass", author: "ada", approvals: ["rob"] },
    ]);
    expect(await host.permission("nobody")).toBe("none");
  });

  it.skipIf(lacking.suggestions)("posts a suggestion once", async () => {
    await team.register("suggested", "1.0.0");
    const { number, commit = "" } = await propose("suggested", "1.0.0");
    const file = "models/suggested/stages/staging/stage.yaml";
    const suggestion = { head: commit, file, lines: { from: 3, to: 4 }, text: "so: be it", note: "Better" };
    const host = await team.host();
    const seen = team.bridge.requests.length;
    await host.suggest(number, suggestion);
    await host.suggest(number, suggestion);
    expect(team.bridge.writesSince(seen)).toEqual([`POST /pulls/${number}/comments`]);
  });

  it("goes on when the reply to a write is lost, and writes nothing twice", async () => {
    await team.register("lost", "1.0.0");
    await team.register("lost", "1.1.0");
    const old = await propose("lost", "1.0.0");
    const { bridge } = team;
    for (const path of [/^\/pulls$/, /\/labels$/, /\/comments$/]) bridge.loseReply("POST", path);
    bridge.loseReply("PATCH", /^\/pulls\/\d+$/);
    const newer = await propose("lost", "1.1.0");
    expect(newer.superseded).toEqual([old.branch]);
    expect(await rowsOf("lost")).toHaveLength(1);
    expect(await commentsOf(old.number)).toHaveLength(1);
    bridge.loseReply("PUT", /\/merge$/);
    expect(await mergeProposal(await team.open(), newer.branch)).toMatchObject({ status: "merged" });
    expect(await resolveModel(await team.open(), "lost@staging")).toMatchObject({ version: "1.1.0" });
  });

  it("tells that there is no such pull request", async () => {
    await expect(mergeProposal(await team.open(), "404")).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it.skipIf(lacking.tokens)("tells that a token is not valid", async () => {
    await expect(listProposals(await team.open("bad"))).rejects.toMatchObject({ code: "CREDENTIALS" });
  });
}

const emulate = findEmulate();
const myworld = findMyworld();

describe.skipIf(emulate === undefined)("pull requests on emulate (needs emulate in .tools/emulate)", () => {
  flows(() => startEmulate(emulate ?? ""), { tokens: true, movedHeads: true });
});

describe.skipIf(myworld === undefined)("pull requests on myworld (needs myworld on the PATH)", () => {
  flows(() => startMyworld(myworld ?? ""), { people: true, suggestions: true });
});
