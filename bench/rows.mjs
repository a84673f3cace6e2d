// The rows of the table of targets that need no server: each gives what to run, against what, and the target.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { generateRegistry } from "./generate.mjs";
import { stageFile } from "./manifests.mjs";

const CLI = fileURLToPath(new URL("../dist/cli/bin.js", import.meta.url));
const BARE_NODE = { label: "node", command: process.execPath, args: ["--eval", "0"] };

/** Our command line in a registry's folder. */
export function modeltrail(folder, ...args) {
  return { command: process.execPath, args: [CLI, ...args], cwd: folder };
}

export const ROWS = [
  {
    name: "help",
    prepare: async () => ({ ours: modeltrail(".", "--help"), references: [BARE_NODE], atMost: "1.5x" }),
  },
  resolveRow("100x10", "2.5x"),
  resolveRow("1x1000", "2.5x"),
  resolveRow("1000x10", ""),
  resolveRow("5000x20", ""),
  { name: "resolve 5000x20, against 100x10", prepare: prepareGrowth },
  { name: "validate one promotion 100x10", prepare: () => prepareValidate("100x10", "") },
  { name: "validate one promotion 5000x20", prepare: () => prepareValidate("5000x20", "3x") },
  { name: "list 1000x10", prepare: () => prepareList("1000x10", "500 ms") },
  { name: "list 5000x20", prepare: () => prepareList("5000x20", "5x of 1000") },
  { name: "history of one model 100x10", prepare: () => prepareHistory("100x10", "3x") },
  { name: "history of one model 1000x10", prepare: () => prepareHistory("1000x10", "3x") },
  { name: "promote, one commit 100x10", prepare: () => preparePromote("100x10", "") },
  { name: "promote, one commit 5000x20", prepare: () => preparePromote("5000x20", "3x, 0.5 s without git") },
];

function resolveRow(size, atMost) {
  const prepare = async () => ({ ours: await resolveOf(size), references: [BARE_NODE], atMost });
  return { name: `resolve ${size}`, prepare };
}

async function resolveOf(size) {
  const { folder, model } = await generateRegistry(size);
  return modeltrail(folder, "resolve", `${model}@production`, "--field", "uri");
}

async function prepareGrowth() {
  const reference = { ...(await resolveOf("100x10")), label: "resolve 100x10" };
  return { ours: await resolveOf("5000x20"), references: [reference], atMost: "1.5x, 6x without git" };
}

async function prepareValidate(size, atMost) {
  const { folder, model, branch } = await generateRegistry(size);
  // The same objects: what differs, the policy, and what stands beside the changed file.
  const script = [
    `git diff-tree -r main ${branch}`,
    `git ls-tree -r main models/${model} modeltrail.yaml | cut -c13-52 | git cat-file --batch`,
  ].join("; ");
  return {
    ours: modeltrail(folder, "validate", "--base", "main", "--head", branch, "--artifacts", "none"),
    references: [
      shell("node, git diff-tree and cat-file", folder, `"${process.execPath}" --eval 0; ${script}`),
    ],
    also: shell("git diff-tree and cat-file", folder, script),
    atMost,
  };
}

async function prepareList(size, atMost) {
  const { folder } = await generateRegistry(size);
  const script = "git ls-tree -r main | grep 'stages/.*/stage.yaml' | cut -c13-52 | git cat-file --batch";
  return {
    ours: modeltrail(folder, "list", "-o", "json"),
    references: [shell("git ls-tree and cat-file", folder, script)],
    atMost,
  };
}

async function prepareHistory(size, atMost) {
  const { folder, model } = await generateRegistry(size);
  const script = `git log --first-parent --format=%H%x00%an%x00%ct%x00%s --raw main -- models/${model}`;
  return {
    ours: modeltrail(folder, "history", model, "-o", "json"),
    references: [shell("node and git log", folder, `"${process.execPath}" --eval 0; ${script}`)],
    also: shell("git log --first-parent", folder, script),
    atMost,
  };
}

async function preparePromote(size, atMost) {
  const { folder, model, version } = await generateRegistry(size);
  const branch = `promote/production/${model}/${version}`;
  const { path, text } = stageFile(model, "production", version);
  const input = [
    "commit refs/heads/bench/imported",
    "committer Bench <bench@example.com> 1800000000 +0000",
    `data 7\npromote`,
    "from refs/heads/main^0",
    `M 100644 inline ${path}\ndata ${Buffer.byteLength(text)}\n${text}`,
    "",
  ].join("\n");
  const before = indexOf(folder);
  return {
    ours: modeltrail(folder, "promote", `${model}@${version}`, "--to", "production"),
    references: [
      { label: "git fast-import", command: "git", args: ["-C", folder, "fast-import", "--quiet"], input },
    ],
    reset: async () => {
      for (const ref of [branch, "bench/imported"])
        execFileSync("git", ["-C", folder, "update-ref", "-d", `refs/heads/${ref}`]);
      if (indexOf(folder) !== before) throw new Error("the index was touched");
    },
    atMost,
  };
}

function indexOf(folder) {
  const file = join(folder, ".git", "index");
  return `${statSync(file).mtimeMs} ${createHash("sha256").update(readFileSync(file)).digest("hex")}`;
}

function shell(label, cwd, script) {
  return { label, command: "sh", args: ["-c", script], cwd };
}
