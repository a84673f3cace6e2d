import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { findBreaches, layerOf } from "./architecture/breaches.ts";
import { LAYERS } from "./architecture/layers.ts";

const ROOT = new URL("../", import.meta.url);

function readSources(): Map<string, string> {
  const entries = ["src/", "action/src/"].flatMap((folder) =>
    readdirSync(new URL(folder, ROOT), { recursive: true, withFileTypes: true }),
  );
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(ROOT.pathname.length).replaceAll("//", "/"));
  return new Map(paths.map((path) => [path, readFileSync(new URL(path, ROOT), "utf8")]));
}

describe("the layers of src", () => {
  const sources = readSources();

  it("are all looked at", () => {
    const seen = new Set([...sources.keys()].map(layerOf));
    expect([...sources.keys()].filter((path) => !/\.(ts|js)$/.test(path))).toEqual([]);
    expect([...seen].filter((name) => !(name in LAYERS))).toEqual([]);
    for (const name of ["diagnostics", "manifest", "registry", "ports", "action"])
      expect(seen).toContain(name);
    expect(sources.size).toBeGreaterThan(10);
  });

  it("keep to the table", () => {
    const breaches = findBreaches(sources);
    expect(breaches.map(({ rule, file, what }) => `${file}: ${rule}: ${what}`)).toEqual([]);
  });
});

const PLANTED: readonly [rule: string, path: string, text: string][] = [
  ["layer", "src/diagnostics/a.ts", `import { parse } from "../manifest/parse.ts";`],
  ["layer", "src/manifest/a.ts", `export * from "../registry/names.ts";`],
  ["layer", "src/registry/a.ts", `import type { Gate } from "../policy/gate.ts";`],
  ["layer", "src/policy/gates/a.ts", `import { edit } from "../../manifest/edit.ts";`],
  ["layer", "src/policy/a.ts", `type Edit = import("../change/edit.ts").Edit;`],
  ["layer", "src/change/a.ts", `import { judge } from "../policy/evaluate.ts";`],
  ["layer", "src/audit/a.ts", `import { parse } from "../manifest/parse.ts";`],
  ["layer", "src/adapters/s3/a.ts", `import type { Model } from "../../registry/model.ts";`],
  ["layer", "src/workflows/a.ts", `const git = await import("../adapters/git/open.ts");`],
  ["layer", "src/report/a.ts", `import { validate } from "../workflows/validate.ts";`],
  ["layer", "src/cli/a.ts", `import { parse } from "../manifest/parse.ts";`],
  ["layer", "src/composition/a.ts", `import { judge } from "../policy/evaluate.ts";`],
  ["layer", "src/workflows/a.ts", `import { openContext } from "../composition/open-context.ts";`],
  ["layer", "src/diagnostics/a.ts", `import { open } from "../index.ts";`],
  ["eager-adapter", "src/cli/a.ts", `import { openStore } from "../adapters/s3/open.ts";`],
  ["eager-adapter", "src/index.ts", `export { openStore } from "./adapters/s3/open.ts";`],
  ["adapter-to-adapter", "src/adapters/s3/a.ts", `import { hash } from "../local-store/hash.ts";`],
  ["adapter-to-adapter", "src/adapters/s3/a.ts", `import type { Hash } from "../model-files/hash.ts";`],
  ["not-a-type", "src/ports/a.ts", `export const LIMIT = 3;`],
  ["not-a-type", "src/ports/a.ts", `import { makeFinding } from "../diagnostics/make-finding.ts";`],
  ["unknown-layer", "src/extras/a.ts", `export const a = 1;`],
  ["layer", "action/src/a.ts", `import { parse } from "../../src/manifest/parse.ts";`],
  ["layer", "src/cli/a.ts", `import { runGate } from "../../action/src/gate.ts";`],
  ["package", "action/src/a.ts", `import { Octokit } from "@octokit/rest";`],
  ["leaves-src", "src/manifest/a.ts", `import { a } from "../../scripts/a.ts";`],
  ["leaves-src", "src/cli/a.ts", `const { version } = await import("../../package.json");`],
  ["extension", "src/manifest/a.ts", `import { a } from "./parse";`],
  ["package", "src/diagnostics/a.ts", `import { parse } from "yaml";`],
  ["package", "src/manifest/a.ts", `import { Ajv } from "ajv";`],
  ["package", "src/policy/a.ts", `import { compare } from "semver";`],
  ["package", "src/adapters/local-store/a.ts", `import { S3Client } from "@aws-sdk/client-s3";`],
  ["package", "src/adapters/s3/a.ts", `import git from "isomorphic-git";`],
  ["package", "src/workflows/a.ts", `import type { Command } from "commander";`],
  ["impure-import", "src/registry/a.ts", `import { readFile } from "node:fs/promises";`],
  ["impure-global", "src/policy/a.ts", `export const home = process.env["HOME"];`],
  ["impure-global", "src/policy/a.ts", `console.log("judged");`],
  ["impure-global", "src/change/a.ts", `export type Later = Promise<string>;`],
  ["impure-global", "src/change/a.ts", `setTimeout(() => {}, 1);`],
  ["impure-global", "src/change/a.ts", `export const all = { process };`],
  ["clock", "src/policy/a.ts", `export const now = new Date();`],
  ["clock", "src/audit/a.ts", `export const now = Date.now();`],
  ["randomness", "src/change/a.ts", `export const id = Math.random();`],
  ["locale", "src/registry/a.ts", `export const order = (a: string, b: string) => a.localeCompare(b);`],
  ["async", "src/manifest/a.ts", `export async function read(): Promise<void> {}`],
  ["async", "src/manifest/a.ts", `export const parse = await import("./parse.ts");`],
  ["async", "src/manifest/a.ts", `export {}; for await (const a of b) c(a);`],
  ["second-door", "src/adapters/s3/a.ts", `import { S3Client } from "@aws-sdk/client-s3";`],
  ["git-red-line", "src/adapters/git/a.ts", `import git from "isomorphic-git"; await git.walk({});`],
  ["git-red-line", "src/adapters/git/a.ts", `import * as git from "isomorphic-git"; git.statusMatrix({});`],
  ["git-red-line", "src/adapters/git/a.ts", `import { add } from "isomorphic-git";`],
  ["git-red-line", "src/adapters/git/a.ts", `export { commit } from "isomorphic-git";`],
  ["git-red-line", "src/adapters/git/a.ts", `import git from "isomorphic-git"; const { checkout } = git;`],
  ["git-red-line", "src/adapters/git/a.ts", `import git from "isomorphic-git"; git[name]();`],
  ["git-red-line", "src/adapters/git/a.ts", `export * from "isomorphic-git";`],
  [
    "git-red-line",
    "src/adapters/git/a.ts",
    `import { log } from "isomorphic-git"; log({ dir, filepath: "a" });`,
  ],
  ["git-red-line", "src/adapters/git/a.ts", `export { default as git } from "isomorphic-git";`],
  ["git-red-line", "src/adapters/git/a.ts", `import git from "isomorphic-git"; export { git };`],
  ["git-red-line", "src/adapters/git/a.ts", `import git from "isomorphic-git"; open(git);`],
  [
    "git-red-line",
    "src/adapters/git/a.ts",
    `const { default: sdk } = await import("isomorphic-git"); sdk.add({});`,
  ],
  ["git-red-line", "src/adapters/git/a.ts", `import("isomorphic-git").then(({ walk }) => walk({}));`],
  ["too-long", "src/registry/a.ts", "\n".repeat(251)],
  ["drawer-name", "src/registry/utils.ts", ``],
  ["drawer-name", "src/cli/helpers/a.ts", ``],
  ["file-name", "src/registry/modelName.ts", ``],
  ["any", "src/cli/a.ts", `export const a: any = 1;`],
  ["suppression", "src/cli/a.ts", `// @ts-ignore\nexport const a = 1;`],
  ["suppression", "src/cli/a.ts", `// oxlint-disable-next-line\nexport const a = 1;`],
  ["default-export", "src/cli/a.ts", `export default 1;`],
];

const FINE: readonly [path: string, text: string][] = [
  [
    "src/policy/a.ts",
    `/** A Promise of process and Date.now(). */ export const at = Date.parse("2026-01-01T00:00:00Z");`,
  ],
  [
    "src/policy/a.ts",
    `export const kinds = { process: 1, crypto: "Date.now()" }; export const b = kinds.process;`,
  ],
  ["src/registry/a.ts", `import { compare } from "semver"; import { parse } from "../manifest/parse.ts";`],
  [
    "src/ports/a.ts",
    `import type { Finding } from "../diagnostics/finding.ts"; export interface A { b: Finding }`,
  ],
  [
    "src/adapters/git/a.ts",
    `import git from "isomorphic-git"; git.log({ dir }); git.commitTree; list.add(1);`,
  ],
  [
    "src/cli/a.ts",
    `import type { Store } from "../adapters/s3/open.ts"; await import("../adapters/s3/open.ts");`,
  ],
];

describe("the check of layers", () => {
  const OTHER_DOOR = ["src/adapters/s3/client.ts", `import { S3Client } from "@aws-sdk/client-s3";`] as const;

  it.each(PLANTED)("finds %s in %s: %s", (rule, path, text) => {
    const rules = findBreaches(new Map([OTHER_DOOR, [path, text]])).map((breach) => breach.rule);
    expect(rules).toContain(rule);
  });

  it.each(FINE)("lets %s be: %s", (path, text) => {
    expect(findBreaches(new Map([[path, text]]))).toEqual([]);
  });
});
