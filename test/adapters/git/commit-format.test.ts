import { describe, expect, it } from "vitest";
import { openRepository } from "../../../src/adapters/git/open.ts";
import { encodeCommit, parseCommit } from "../../../src/adapters/git/commit-format.ts";
import { ADA, commitFiles, gitWith, initFixture } from "./git-fixture.ts";

const OID = "a".repeat(40);
const TREE = `tree ${"b".repeat(40)}\n`;
const WHO = "Ada <ada@example.com> 1760000000 +0100";

function read(head: string | Buffer, message: string | Buffer = "x\n"): ReturnType<typeof parseCommit> {
  return parseCommit(
    OID,
    Buffer.concat([Buffer.from(TREE), Buffer.from(head), Buffer.from("\n"), Buffer.from(message)]),
  );
}

function named(name: readonly number[], encoding: string): string {
  const author = Buffer.concat([Buffer.from("author "), Buffer.from(name), Buffer.from(" <x@y> 1 +0000\n")]);
  return read(Buffer.concat([author, Buffer.from(`committer ${WHO}\nencoding ${encoding}\n`)])).author.name;
}

describe("a commit", () => {
  it("is read by its bytes, whatever it says of its encoding", () => {
    for (const encoding of ["UTF-16", "UTF-16LE", "UTF-7", "EBCDIC-US", "no such thing"])
      expect(read(`author ${WHO}\ncommitter ${WHO}\nencoding ${encoding}\n`)).toMatchObject({
        tree: "b".repeat(40),
        author: ADA,
        message: "x\n",
      });
  });

  it("has names by our own tables, the same under every Node", () => {
    expect(named([0x4f, 0x92, 0xe9], "ISO-8859-1")).toBe("O\u0092\u00e9");
    expect(named([0x4f, 0x92, 0xe9], "latin1")).toBe("O\u0092\u00e9");
    expect(named([0x80, 0x81, 0x92, 0x9f, 0xe9], "windows-1252")).toBe("\u20ac\u0081\u2019\u0178\u00e9");
    expect(named([0x8e, 0x9e, 0x8d], "CP1252")).toBe("\u017d\u017e\u008d");
    expect(named([0xc9, 0xd7], "KOI8-R")).toBe("\ufffd\ufffd");
    expect(named([...Buffer.from("\u00e9\ufeff")], "UTF-8")).toBe("\u00e9\ufeff");
  });

  it("without an author or a committer is by somebody unknown", () => {
    const nobody = { name: "unknown", email: "", seconds: 0, timezone: "+0000" };
    expect(read(`committer ${WHO}\n`)).toMatchObject({ author: nobody, committer: ADA });
    expect(read(`author ${WHO}\n`)).toMatchObject({ author: ADA, committer: nobody });
  });

  it("has the parents that stand behind its tree, and its first author", () => {
    const [one, two] = ["c".repeat(40), "d".repeat(40)];
    const head = `parent ${one}\nauthor ${WHO}\nauthor Eve <e@x> 1 +0000\nparent ${two}\ncommitter ${WHO}\n`;
    expect(read(head)).toMatchObject({ parents: [one], author: ADA });
  });

  it("is damaged without a tree in front", () => {
    for (const text of ["", "author x\n\nx", `author ${WHO}\n${TREE}\nx`, `tree ${"b".repeat(39)}\n\n`])
      expect(() => parseCommit(OID, Buffer.from(text))).toThrow(/damaged/);
  });

  it("keeps what was encoded", () => {
    const commit = {
      tree: "b".repeat(40),
      parents: [OID],
      author: ADA,
      committer: ADA,
      message: "\ufeffx\n",
    };
    expect(parseCommit(OID, encodeCommit(commit))).toEqual({ oid: OID, ...commit });
  });

  it.each(["native", "isomorphic"] as const)("of UTF-16 is no obstacle (%s)", async (engine) => {
    const folder = initFixture();
    const first = commitFiles(folder, "start", { "a.txt": "a" });
    const args = ["-c", "i18n.commitEncoding=UTF-16", "commit", "--quiet", "--allow-empty", "-m", "harmless"];
    gitWith(folder, { args });
    const repository = await openRepository(folder, { engine });
    const tip = (await repository.refs.resolve("main")) ?? "";
    const commits: string[] = [];
    for await (const { commit } of repository.history.firstParent(tip)) commits.push(commit.oid);
    expect(commits).toEqual([tip, first]);
    expect(await repository.objects.readCommit(tip)).toMatchObject({
      message: "harmless\n",
      parents: [first],
    });
    await repository.close();
  });
});
