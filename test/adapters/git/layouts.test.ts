import { cpSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe } from "vitest";
import { openRepository } from "../../../src/adapters/git/open.ts";
import { describeRepository } from "../../contracts/repository.contract.ts";
import { commitFiles, git, initFixture, makeFolder, WHO } from "./git-fixture.ts";

type Shape = (folder: string) => void;

const SHAPES: Readonly<Record<string, Shape>> = {
  "loose objects": () => undefined,
  "one pack": (folder) => void git(folder, "gc", "--quiet"),
  "several packs and packed refs": (folder) => {
    git(folder, "repack", "-q", "-d");
    commitFiles(folder, "more", { "models/a/model.yaml": "more\n" });
    git(folder, "repack", "-q");
    commitFiles(folder, "loose", { "models/a/model.yaml": "loose\n" });
    git(folder, "pack-refs", "--all");
  },
};

/** Merges, empty and octopus-free commits, links, executables, names of all kinds, annotated tags. */
function buildHistory(): string {
  const folder = initFixture();
  commitFiles(folder, "first", {
    "models/a/model.yaml": "a\n",
    "models/b/model.yaml": "b\n",
    "README.md": "hello\n",
  });
  commitFiles(folder, "second\n\nwith a body", {
    "models/a/versions/1.0.0.yaml": "v\n",
    "ünï cödé/ñ😀.txt": "x\n",
  });
  git(folder, "tag", "-a", "v1", "-m", "annotated");
  git(folder, "checkout", "--quiet", "-b", "side");
  commitFiles(folder, "on a side", { "models/a/versions/1.1.0.yaml": "side\n" });
  git(folder, "checkout", "--quiet", "main");
  commitFiles(folder, "beside it", {
    "models/b/model.yaml": "b2\n",
    "long.txt": "0123456789\n".repeat(2000),
  });
  git(folder, "merge", "--quiet", "--no-ff", "-m", "merge side", "side");
  symlinkSync("README.md", join(folder, "link"));
  mkdirSync(join(folder, "bin"));
  commitFiles(folder, "a link and a program", { "bin/run": "#!/bin/sh\n" });
  git(folder, "update-index", "--chmod=+x", "bin/run");
  git(folder, "update-index", "--add", "--cacheinfo", `160000,${git(folder, "rev-parse", "HEAD")},vendored`);
  git(folder, "commit", "--quiet", "-m", "a program and a submodule");
  git(folder, "checkout", "--quiet", "--", ".");
  commitFiles(folder, "a file becomes a folder", { "long.txt.d/x": "1" });
  rmSync(join(folder, "README.md"));
  commitFiles(folder, "README becomes a folder", { "README.md/part": "1" });
  git(folder, "commit", "--quiet", "--allow-empty", "-m", "nothing");
  git(folder, "tag", "light");
  return folder;
}

/** Each shape is made once, and copied for every test that writes. */
const shaped = new Map<string, string>();

beforeAll(() => {
  const origin = buildHistory();
  for (const [name, reshape] of Object.entries(SHAPES)) {
    const folder = makeFolder();
    cpSync(origin, folder, { recursive: true, verbatimSymlinks: true });
    reshape(folder);
    shaped.set(name, folder);
  }
});

for (const engine of ["native", "isomorphic"] as const) {
  describe(`the ${engine} engine`, () => {
    for (const shape of Object.keys(SHAPES)) {
      describeRepository({
        title: `on ${shape}`,
        open: async () => {
          const folder = makeFolder();
          cpSync(shaped.get(shape) ?? "", folder, { recursive: true, verbatimSymlinks: true });
          const repository = await openRepository(join(folder, "models"), {
            engine,
            env: { ...process.env, ...WHO },
          });
          return { repository, folder, git: (...args) => git(folder, ...args) };
        },
      });
    }
  });
}
