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
