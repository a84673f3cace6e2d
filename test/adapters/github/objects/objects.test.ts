import { chmodSync, existsSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { GitRepository } from "../../../../src/adapters/git/open.ts";
import type { HistoryRange, HistoryStep } from "../../../../src/ports/repository.ts";
import { cloneWorkspace, type Workspace } from "../../../builders/workspace.ts";
import { type ApiPlace, openApiPlace } from "./api-place.ts";

let place: ApiPlace;
let work: Workspace;
let native: GitRepository;

/** A history with everything that hides changes from those who follow it carelessly. */
beforeAll(async () => {
  place = await openApiPlace();
  work = cloneWorkspace(place.world.repository.git.folder);
  const { git, write, folder } = work;
  // Loose objects are what the server reads without starting git.
  place.git("config", "receive.unpackLimit", "100000");
  let day = 1;
  const commit = (message: string): void => {
    git("add", "--all");
    git(
      "commit",
      "--quiet",
      "--allow-empty",
      "--date",
      `2026-02-${String(day++).padStart(2, "0")}T10:00:00+0200`,
      "-m",
      message,
    );
  };
  const stage = "models/fraud/stages/production/stage.yaml";
  for (let i = 0; i < 40; i++) {
    write(`models/m${i}/model.yaml`, `model ${i}\n`);
  }
  write(stage, "version 1\n");
  write("models/fraud/versions/1.yaml", "1\n");
  commit("First of fraud");
  write(stage, "version 2\n");
  commit("Second\n\nWith a body.\n\nModeltrail-Change: sha256:00");
  // A merge that brings a change.
  git("switch", "--quiet", "-c", "side");
  write("models/fraud/versions/2.yaml", "2\n");
  commit("Register 2");
  write(stage, "version 3\n");
  commit("To 3");
  git("switch", "--quiet", "main");
  write("other.txt", "other\n");
  commit("Other");
  git("merge", "--quiet", "--no-ff", "-m", "Merge side", "side");
  // A squash, and its revert.
  git("switch", "--quiet", "-c", "squashed");
  write(stage, "version 4\n");
  commit("To 4");
  git("switch", "--quiet", "main");
  git("merge", "--quiet", "--squash", "squashed");
  commit("Squashed 4");
  git("revert", "--no-edit", "HEAD");
  // A merge that keeps our side, and one that takes an old state from the other.
  git("switch", "--quiet", "-c", "ignored", "HEAD~1");
  write(stage, "version 5\n");
  commit("To 5, never");
  git("switch", "--quiet", "main");
  git("merge", "--quiet", "-s", "ours", "-m", "Ignore 5", "ignored");
  git("switch", "--quiet", "-c", "old", "HEAD~3");
  write("old.txt", "old\n");
  commit("Old");
  git("merge", "--quiet", "-s", "ours", "-m", "Back to what was", "main");
  git("switch", "--quiet", "main");
  git("merge", "--quiet", "--ff-only", "old");
  // A folder that becomes a file, and a file that becomes a folder.
  rmSync(join(folder, "models/fraud/versions"), { recursive: true });
  write("models/fraud/versions", "now a file\n");
  commit("A file");
  rmSync(join(folder, "models/fraud/versions"));
  write("models/fraud/versions/3.yaml", "3\n");
  write("run.sh", "#!/bin/sh\n");
  chmodSync(join(folder, "run.sh"), 0o755);
  symlinkSync("run.sh", join(folder, "link"));
  write("binary", Buffer.from([0, 1, 2, 255]));
  write("latin1.txt", Buffer.from("caf\u00e9\n", "latin1"));
  write("bom.txt", "\uFEFFbom\r\n");
  write("empty", "");
  write("large.txt", "0123456789abcdef\n".repeat(40_000));
  commit("All kinds");
  for (let i = 0; i < 30; i++) commit(`Nothing ${i}`);
  git(
    "push",
    "--quiet",
    place.world.repository.git.folder,
    "main",
    "side",
    "HEAD:refs/heads/feature/a",
    "HEAD~3:refs/tags/v1",
  );
  git("tag", "-a", "-m", "annotated", "v2", "HEAD~2");
  git("push", "--quiet", place.world.repository.git.folder, "v2");
  native = await place.native();
}, 60_000);

afterAll(async () => {
  await work.dispose();
  await place.close();
});

async function stepsOf(
  { history }: GitRepository,
  from: string,
  range: HistoryRange,
): Promise<readonly HistoryStep[]> {
  const steps: HistoryStep[] = [];
  for await (const step of history.firstParent(from, range)) steps.push(step);
  return steps;
}

/** The server knows no time zones. */
function plain({ commit, changes }: HistoryStep): unknown {
  const { oid, parents, tree, message, author, committer } = commit;
  const names = [author.name, author.seconds, committer.email, committer.seconds];
  return { oid, parents, tree, message: message.trimEnd(), names, changes };
}

const PATHS: readonly (readonly string[])[] = [
  ["models/fraud/stages/production/stage.yaml"],
  ["models/fraud/stages", "models/fraud/versions"],
  ["models/fraud/versions"],
  ["models"],
  ["models/fraud/versions/2.yaml"],
  ["run.sh", "link", "old.txt"],
  ["absent", "models/absent/file"],
];

describe("a repository on GitHub by its API", () => {
  it("reads commits, trees and blobs as they are", async () => {
    const { repository } = place.open();
    const head = (await repository.refs.resolve("HEAD")) ?? "";
    expect(head).toBe(await native.refs.resolve("HEAD"));
    const commit = await repository.objects.readCommit(head);
    expect(commit).toMatchObject({ tree: (await native.objects.readCommit(head)).tree });
    const [tree = []] = await repository.objects.readTrees([commit.tree]);
    expect(tree).toEqual((await native.objects.readTrees([commit.tree]))[0]);
    expect(tree.map(({ mode }) => mode)).toEqual(expect.arrayContaining(["100755", "120000", "040000"]));
    const oids = tree.filter(({ mode }) => mode !== "040000").map(({ oid }) => oid);
    const [ours, theirs] = [
      await repository.objects.readBlobs(oids, 10_000_000),
      await native.objects.readBlobs(oids, 10_000_000),
    ];
    expect(ours.map((bytes) => Buffer.from(bytes as Uint8Array).toString("base64"))).toEqual(
      theirs.map((bytes) => Buffer.from(bytes as Uint8Array).toString("base64")),
    );
    expect(await repository.objects.readBlobs(oids, 10)).toContain("too-large");
    expect(repository.counters).toMatchObject({ commits: 1, trees: 1 });
    await expect(repository.objects.readCommit("1".repeat(40))).rejects.toMatchObject({ code: "GIT" });
    await expect(repository.objects.readTrees([head])).rejects.toMatchObject({ code: "GIT" });
  });

  it.each(PATHS.map((paths) => ({ paths })))(
    "follows first parents as git does: $paths",
    async ({ paths }) => {
      const { repository } = place.open();
      const head = (await native.refs.resolve("HEAD")) ?? "";
      const all = await stepsOf(native, head, { paths });
      expect((await stepsOf(repository, head, { paths })).map(plain)).toEqual(all.map(plain));
      expect((await stepsOf(repository, head, { paths, limit: 1 })).map(plain)).toEqual(
        all.slice(0, 1).map(plain),
      );
      const until = place.git("rev-parse", "main~38");
      expect((await stepsOf(repository, head, { paths, until })).map(plain)).toEqual(
        (await stepsOf(native, head, { paths, until })).map(plain),
      );
      expect(await stepsOf(repository, head, { paths, until: head })).toEqual([]);
    },
  );

  it("follows a long history with many branches, in few requests", async () => {
    const { git } = place.world.repository;
    const person = { name: "P", email: "p@example.com" };
    const file = (text: string): string => git.writeBlob(Buffer.from(text));
    let tip: string | undefined;
    const make = (parents: readonly string[], text: string, at: number): string => {
      const entries = new Map([["stage.yaml", { mode: "100644", sha: file(text) }]]);
      const date = new Date(1_700_000_000_000 + at * 60_000).toISOString();
      const who = { ...person, date };
      const tree = git.writeTree(entries);
      return git.writeCommit({ tree, parents, author: who, committer: who, message: `At ${at}\n` });
    };
    for (let at = 0; at < 700; at += 1) {
      const text = String(Math.floor(at / 90) % 3);
      const parents: readonly string[] = tip === undefined ? [] : [tip];
      // Clocks of branches go their own way.
      const side = at % 3 === 1 ? [make(parents, `side ${at}`, at - 50)] : [];
      tip = make([...parents, ...side], text, at);
    }
    git.move("refs/heads/long", null, tip ?? "");
    const { repository } = place.open();
    const paths = ["stage.yaml"];
    const before = place.world.server.requests.length;
    const steps = await stepsOf(repository, tip ?? "", { paths });
    const requests = place.world.server.requests.length - before;
    expect(steps.map(plain)).toEqual((await stepsOf(native, tip ?? "", { paths })).map(plain));
    expect(steps).toHaveLength(8);
    expect(requests).toBeLessThan(15);
  });

  it("tells how commits are related", async () => {
    const { repository } = place.open();
    const [main = "", side = "", old = ""] = ["main", "side", "main~36"].map((name) =>
      place.git("rev-parse", name),
    );
    for (const [a, b] of [
      [main, side],
      [side, main],
      [old, side],
      [main, main],
    ] as const) {
      expect(await repository.history.mergeBase(a, b)).toBe(await native.history.mergeBase(a, b));
      expect(await repository.history.isAncestor(a, b)).toBe(await native.history.isAncestor(a, b));
      const own = (await native.history.ahead(a, b, 1000)) ?? [];
      expect([...((await repository.history.ahead(a, b, 1000)) ?? [])].toSorted()).toEqual(own.toSorted());
      if (own.length > 0) expect(await repository.history.ahead(a, b, own.length - 1)).toBeUndefined();
    }
    for (const seconds of [0, 1_767_225_600, (await native.objects.readCommit(old)).committer.seconds])
      expect(await repository.history.at(main, seconds)).toBe(await native.history.at(main, seconds));
  });

  it("finds revisions and branches", async () => {
    const { repository } = place.open();
    for (const name of [
      "HEAD",
      "main",
      "HEAD~2",
      "v1",
      "v2",
      "refs/heads/side",
      "side^2",
      "absent",
      "main:models",
    ]) {
      const found = name.includes(":") ? undefined : await native.refs.resolve(name).catch(() => undefined);
      expect([name, await repository.refs.resolve(name)]).toEqual([name, found]);
    }
    const main = place.git("rev-parse", "main");
    expect(await repository.refs.resolve("origin/feature/a")).toBe(main);
    expect(await repository.refs.resolve(main)).toBe(main);
    expect(await repository.refs.head()).toEqual({ branch: "refs/heads/main", commit: main });
    expect(await repository.refs.read("refs/heads/main")).toBeUndefined();
    expect(await repository.refs.read("refs/remotes/origin/absent")).toBeUndefined();
    expect(await repository.refs.symbolic("refs/remotes/origin/HEAD")).toBe("refs/remotes/origin/main");
    expect((await repository.refs.list("refs/remotes/origin/")).map(({ name }) => name)).toContain(
      "refs/remotes/origin/feature/a",
    );
  });

  it("writes commits as git does, relates them, and leaves nothing behind", async () => {
    const { repository } = place.open();
    const main = place.git("rev-parse", "main");
    const who = await repository.writer.identity();
    expect(who.author).toMatchObject({
      name: "ada",
      email: expect.stringMatching(/^\d+\+ada@users\.noreply\./),
    });
    const path = "models/fraud/stages/production/stage.yaml";
    const content = new TextEncoder().encode("version 9\n");
    const head = await repository.writer.commit({
      ...who,
      parents: [main],
      edits: [{ path, content }],
      message: "To 9",
    });
    expect(await repository.history.isAncestor(main, head)).toBe(true);
    expect(await repository.history.isAncestor(head, main)).toBe(false);
    expect(await repository.history.ahead(main, head, 1)).toEqual([head]);
    expect(await repository.history.ahead(head, main, 1)).toEqual([]);
    expect(await repository.history.mergeBase(head, place.git("rev-parse", "side"))).toBe(
      place.git("rev-parse", "side"),
    );
    const [step] = await stepsOf(repository, head, { paths: [path], limit: 1 });
    expect(step).toMatchObject({ commit: { oid: head }, changes: [{ path }] });
    await repository.remote.push([{ name: "refs/heads/nine", expected: null, value: head }]);
    expect(place.git("rev-parse", "nine")).toBe(head);
    expect(place.git("show", `nine:${path}`)).toBe("version 9");
    place.git("fsck", "--strict");
    expect(existsSync(repository.gitDir)).toBe(true);
    await repository.close();
    expect(existsSync(repository.gitDir)).toBe(false);
  });
});

describe("a push without git", () => {
  it("holds leases, and tells what became of one whose reply was lost", async () => {
    const { server } = place.world;
    const isPush = ({ operationId }: { operationId: string }): boolean =>
      operationId === "graphql/updateRefs";
    const { repository } = place.open();
    const [main, old] = [place.git("rev-parse", "main"), place.git("rev-parse", "main~1")];
    const name = "refs/heads/leased";
    await repository.remote.push([{ name, expected: null, value: main }]);
    await expect(repository.remote.push([{ name, expected: null, value: old }])).rejects.toMatchObject({
      code: "CONFLICT",
    });
    await expect(repository.remote.push([{ name, expected: old, value: main }])).resolves.toBeUndefined();
    server.fail({ matches: isPush, fault: "lost", times: 1 });
    await repository.remote.push([{ name, expected: main, value: old }]);
    expect(await repository.refs.read("refs/remotes/origin/leased")).toBe(old);
    server.fail({ matches: isPush, fault: "cut", times: 1 });
    await expect(repository.remote.push([{ name, expected: old, value: null }])).rejects.toMatchObject({
      code: "NETWORK",
    });
    await repository.remote.push([{ name, expected: old, value: null }]);
    expect(place.world.repository.git.parse(name)).toBeUndefined();
  });

  it("says when a rule forbids it", async () => {
    const { world } = place;
    const { repository } = place.open();
    world.server.setRules(world.repository, "ruled", [{ type: "deletion" }]);
    const main = place.git("rev-parse", "main");
    const name = "refs/heads/ruled";
    await repository.remote.push([{ name, expected: null, value: main }]);
    await expect(repository.remote.push([{ name, expected: main, value: null }])).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
  });
});

describe("what the API says", () => {
  it("is hashed before it is believed", async () => {
    const { repository } = place.open();
    const { git } = place.world.repository;
    const real = git.blob.bind(git);
    const oid = place.git("rev-parse", "main:models/m1/model.yaml");
    git.blob = (sha) => (sha === oid ? Buffer.from("model x\n") : real(sha));
    try {
      await expect(repository.objects.readBlobs([oid], 100)).rejects.toMatchObject({ code: "GIT" });
    } finally {
      git.blob = real;
    }
  });

  it("is asked for again when no answer came", async () => {
    const { server } = place.world;
    const { repository } = place.open();
    server.fail({ matches: ({ operationId }) => operationId.startsWith("graphql"), fault: 502, times: 2 });
    expect((await repository.refs.head()).branch).toBe("refs/heads/main");
    server.fail({ matches: ({ operationId }) => operationId.startsWith("graphql"), fault: "cut", times: 3 });
    await expect(repository.remote.fetch()).rejects.toMatchObject({ code: "NETWORK" });
    await repository.remote.fetch();
  });
});
