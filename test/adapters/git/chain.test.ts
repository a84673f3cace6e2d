import { describe, expect, it } from "vitest";
import { openRepository } from "../../../src/adapters/git/open.ts";
import { encodeDelta } from "../../../src/adapters/git/chain-pack.ts";
import type { ChainLink } from "../../../src/ports/repository.ts";
import { ADA, commitFiles, fsck, git, initFixture } from "./git-fixture.ts";

function link(path: string, text = path): ChainLink {
  return {
    files: [{ path, content: Buffer.from(text) }],
    message: `add ${path}\n`,
    author: ADA,
    committer: ADA,
  };
}

const name = (index: number): string =>
  `entries/${Math.floor(index / 40)}/${String(index).padStart(5, "0")}.json`;

describe.each(["native", "isomorphic"] as const)("a chain of commits (%s)", (engine) => {
  it.each([3, 150])("of %i is what as many commits would be", async (count) => {
    const folder = initFixture();
    const start = commitFiles(folder, "start", { "a.txt": "a", "entries/x": "x", "ü/b.txt": "b" });
    const repository = await openRepository(folder, { engine });
    const links = Array.from({ length: count }, (_, index) => link(name(index), `${index}`));
    const oids = await repository.writer.chain(start, links);
    let parent = start;
    for (const [index, { files, message }] of links.slice(0, 12).entries()) {
      const commit = { parents: [parent], edits: files, message, author: ADA, committer: ADA };
      parent = await repository.writer.commit(commit);
      expect(oids[index]).toBe(parent);
    }
    const tip = oids.at(-1) ?? "";
    await repository.refs.update({ name: "refs/heads/chain", expected: null, value: tip, reason: "test" });
    expect(git(folder, "ls-tree", "-r", "--name-only", "chain").split("\n")).toHaveLength(count + 3);
    expect(git(folder, "rev-list", "--count", `${start}..chain`)).toBe(String(count));
    expect(fsck(folder)).toBe("");
    // The other engine reads what was written, and goes on from it.
    const other = await openRepository(folder, { engine: engine === "native" ? "isomorphic" : "native" });
    const [blob = "too-large"] = await other.objects.readBlobs(
      [git(folder, "rev-parse", `chain:${name(count - 1)}`)],
      99,
    );
    expect(Buffer.from(blob).toString()).toBe(String(count - 1));
    const [more = ""] = await other.writer.chain(tip, [link(name(count))]);
    expect((await other.objects.readCommit(more)).parents).toEqual([tip]);
    expect(fsck(folder)).toBe("");
    await repository.close();
    await other.close();
  });

  it("is foreseen without being written, on any parents", async () => {
    const folder = initFixture();
    const start = commitFiles(folder, "start", { "a.txt": "a", "b/c.txt": "c" });
    const repository = await openRepository(folder, { engine });
    const links = Array.from({ length: 30 }, (_, index) => link(name(index), `${index}`));
    const before = git(folder, "count-objects", "-v");
    const [first] = await repository.writer.foresee([{ parent: start, link: link(name(0), "0") }]);
    expect(git(folder, "count-objects", "-v")).toBe(before);
    const oids = await repository.writer.chain(start, links);
    expect(oids[0]).toBe(first?.oid);
    const placed = links.map((one, index) => ({ parent: index === 0 ? start : oids[index - 1], link: one }));
    // One that no commit can be made of, one somewhere else and one on nothing do not disturb the others.
    placed.splice(20, 0, { parent: oids[19], link: link("a.txt/b") }, { parent: start, link: link("d") });
    placed.splice(10, 0, { parent: undefined, link: link("e") }, { parent: oids[9], link: link("f\0") });
    const foreseen = await repository.writer.foresee(placed);
    expect(foreseen.map((one) => one?.oid).filter((oid) => oids.includes(oid ?? ""))).toEqual(oids);
    expect([foreseen[11], foreseen[22]]).toEqual([undefined, undefined]);
    const [alone = ""] = await repository.writer.chain(undefined, [link("e")]);
    expect(foreseen[10]).toEqual({ oid: alone, tree: git(folder, "rev-parse", `${alone}^{tree}`) });
    await repository.close();
  });

  it("that was foreseen reads nothing but the first parent's trees", async () => {
    const folder = initFixture();
    const start = commitFiles(folder, "start", { "entries/0/00000.json": "a" });
    const writing = await openRepository(folder, { engine });
    const links = Array.from({ length: 60 }, (_, index) => link(name(index), `${index}`));
    const oids = await writing.writer.chain(start, links);
    await writing.close();
    const reading = await openRepository(folder, { engine });
    const parents = [start, ...oids];
    await reading.writer.foresee(links.map((one, index) => ({ parent: parents[index], link: one })));
    expect(reading.counters).toMatchObject({ commits: 1, trees: 3 });
    await reading.close();
  });

  it("may begin with nothing, add several files at once, and write one anew", async () => {
    const folder = initFixture();
    const repository = await openRepository(folder, { engine });
    const first = link("b/c.txt");
    const both = { ...first, files: [...first.files, { path: "a.txt", content: Buffer.from("a") }] };
    const [one = "", two = ""] = await repository.writer.chain(undefined, [both, link("b/c.txt", "again")]);
    expect((await repository.objects.readCommit(one)).parents).toEqual([]);
    git(folder, "branch", "chain", two);
    expect(git(folder, "ls-tree", "-r", "--name-only", "chain")).toBe("a.txt\nb/c.txt");
    expect(git(folder, "show", "chain:b/c.txt")).toBe("again");
    await expect(repository.writer.chain(two, [link("a.txt/b")])).rejects.toMatchObject({
      code: "INVALID_INPUT",
    });
    await expect(repository.writer.chain(two, [link("../b")])).rejects.toMatchObject({
      code: "INVALID_INPUT",
    });
    await repository.close();
  });
});

describe("a delta", () => {
  it("is left out where it gains nothing, and is small where it does", () => {
    const base = Buffer.from("x".repeat(200_000));
    expect(encodeDelta(Buffer.from("abc"), Buffer.from("abd"))).toBeUndefined();
    expect(encodeDelta(base, Buffer.concat([base, Buffer.from("more")]))?.length).toBeLessThan(60);
  });
});
