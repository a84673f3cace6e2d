import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareUtf8, renderListing } from "../../src/registry/listing.ts";

const PATHS = [
  "b",
  "a/z",
  "a.txt",
  "a/b/c",
  "Z",
  "größe 🙂.bin",
  "\uFF5E.bin",
  "a-b",
  " lead",
  "it's *",
  "-n",
];

function digestOf(content: string): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

describe("the listing of a version", () => {
  it("has a line for each file, by the bytes of the paths", () => {
    const files = PATHS.map((path) => ({ path, digest: digestOf(path) }));
    const lines = renderListing(files).split("\n");
    expect(lines.pop()).toBe("");
    expect(lines.map((line) => line.slice(66))).toEqual(
      [" lead", "-n", "Z", "a-b", "a.txt", "a/b/c", "a/z", "b", "größe 🙂.bin", "it's *", "\uFF5E.bin"].sort(
        (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)),
      ),
    );
    expect(lines[0]).toBe(`${digestOf(" lead").slice(7)}   lead`);
    expect(renderListing([])).toBe("");
  });

  it("sorts as bytes do", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (a, b) => {
        expect(Math.sign(compareUtf8(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
  });

  const program = "sha256sum";
  const coreutils = spawnSync(program, ["--version"]).stdout?.includes("coreutils") ?? false;
  it.skipIf(!coreutils)("is what coreutils print (needs sha256sum)", () => {
    const folder = mkdtempSync(join(tmpdir(), "modeltrail-listing-"));
    try {
      for (const path of PATHS) {
        mkdirSync(join(folder, dirname(path)), { recursive: true });
        writeFileSync(join(folder, path), path);
      }
      const command = `find . -type f -printf '%P\\0' | LC_ALL=C sort -z | xargs -0 ${program} --`;
      const printed = execFileSync("sh", ["-c", command], { cwd: folder, encoding: "utf8" });
      expect(renderListing(PATHS.map((path) => ({ path, digest: digestOf(path) })))).toBe(printed);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
