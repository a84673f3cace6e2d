// The rows about work without a clone: against the GitHub of our tests, over the generated registries.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { generateRegistry } from "./generate.mjs";
import { registryFile, versionFile } from "./manifests.mjs";
import { modeltrail } from "./rows.mjs";

const CACHE = fileURLToPath(new URL("../.tools/bench/forge/", import.meta.url));
const WORLD = fileURLToPath(new URL("../test/servers/github/world.ts", import.meta.url));
const STORAGE = "file:.modeltrail/artifacts/";

/** A version of a model that was there from the first commit, which takes an empty history to look back over. */
const VERSION = "2.0.0";

export const NO_CLONE_ROWS = [
  noCloneRow("100x10", 0, ""),
  noCloneRow("5000x20", 0, "5 MB"),
  noCloneRow("5000x20", 3000, "1 MB, 40 requests"),
].map((row) => ({ ...row, rounds: 3 }));

/** `since`: commits of other models between the registration of the version and its promotion. */
function noCloneRow(size, since, atMost) {
  const depth = since === 0 ? "" : ", deep";
  return { name: `promote, no clone ${size}${depth}`, prepare: () => prepareNoClone(size, since, atMost) };
}

/** A registry of that size on the GitHub of our tests, and the command that promotes a version there. */
export async function openForge(size, since) {
  const { folder, model } = await generateRegistry(size);
  const home = mkdtempSync(join(tmpdir(), "modeltrail-bench-"));
  const { openWorld } = await loadWorld();
  const world = await openWorld({ rateLimit: 1_000_000 });
  const { repository, server, token } = world;
  const bare = repository.git.folder;
  mkdirSync(join(bare, "objects", "info"), { recursive: true });
  writeFileSync(join(bare, "objects", "info", "alternates"), `${join(folder, ".git", "objects")}\n`);
  await importOnTop({ bare, folder, home, model, since });
  const registry = `${server.url}/acme/models`;
  const promote = modeltrail(
    home,
    "promote",
    `${model}@${VERSION}`,
    "--to",
    "staging",
    "--registry",
    registry,
  );
  const clone = ["--quiet", "--bare", "--depth=1", server.gitUrl("acme/models", token), join(home, "clone")];
  return {
    world,
    home,
    branch: `promote/staging/${model}/${VERSION}`,
    promote: { ...promote, env: { GITHUB_TOKEN: token.value, HOME: home } },
    clone: { label: "git clone --bare --depth=1", command: "git", args: ["clone", ...clone] },
    close: async () => {
      await world.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

async function prepareNoClone(size, since, atMost) {
  const { world, home, branch, promote, clone, close } = await openForge(size, since);
  const { repository, server } = world;
  let cost;
  return {
    ours: promote,
    references: [clone],
    reset: async () => {
      cost = costOf(server.requests.splice(0)) ?? cost;
      rmSync(join(home, "clone"), { recursive: true, force: true });
      if (repository.git.parse(`refs/heads/${branch}`) === undefined) return;
      repository.git.move(`refs/heads/${branch}`, repository.git.parse(`refs/heads/${branch}`), null);
      repository.pulls.clear();
    },
    note: () => renderCost(cost),
    close,
    atMost,
  };
}

export function renderCost({ requests, bytes }) {
  return `${requests} requests, ${(bytes / 1e6).toFixed(2)} MB both ways`;
}

/** Of a promotion; those of the reference are none of the API. */
export function costOf(requests) {
  const ours = requests.filter(({ path }) => path.startsWith("/api/"));
  if (ours.length === 0) return undefined;
  return { requests: ours.length, bytes: ours.reduce((sum, { bytes }) => sum + bytes, 0) };
}

/** The policy with storage that is reached from anywhere, a version that can be promoted, and what came after. */
async function importOnTop({ bare, folder, home, model, since }) {
  const uri = `file:${home}/artifacts/`;
  const { path, text, artifact } = versionFile(model, VERSION);
  const place = join(home, "artifacts", artifact.key);
  mkdirSync(join(place, ".."), { recursive: true });
  writeFileSync(place, artifact.content);
  const main = execFileSync("git", ["-C", folder, "rev-parse", "main"], { encoding: "utf8" }).trim();
  const policy = registryFile({ uri });
  const files = [policy, { path, text: text.replaceAll(STORAGE, uri) }];
  const lines = [commit(1, main, files)];
  for (let at = 0; at < since; at += 1) {
    const other = `models/model-${String(1 + (at % 90)).padStart(4, "0")}/README.md`;
    lines.push(commit(at + 2, undefined, [{ path: other, text: `Card ${at}\n` }]));
  }
  const importer = spawn("git", ["-C", bare, "fast-import", "--quiet", "--force"], {
    stdio: ["pipe", "ignore", "inherit"],
  });
  const exited = once(importer, "exit");
  importer.stdin.end(lines.join(""));
  const [code] = await exited;
  if (code !== 0) throw new Error(`git fast-import ended with ${code}`);
}

function commit(mark, from, files) {
  const subject = `Change ${mark}`;
  return [
    `commit refs/heads/main\nmark :${mark}\ncommitter Bench <bench@example.com> ${1_800_000_000 + mark} +0000\n`,
    `data ${subject.length}\n${subject}\n`,
    from === undefined ? "" : `from ${from}\n`,
    ...files.map(({ path, text }) => `M 100644 inline ${path}\ndata ${Buffer.byteLength(text)}\n${text}\n`),
  ].join("");
}

/** The server is TypeScript, and so is all of it: put into one file first. */
async function loadWorld() {
  const bundle = await rolldown({
    input: WORLD,
    platform: "node",
    external: /^(?![./])/,
    logLevel: "silent",
  });
  const file = join(CACHE, `world-${process.pid}.mjs`);
  await bundle.write({ file, format: "esm", codeSplitting: false });
  await bundle.close();
  copyFileSync(join(WORLD, "../api.generated.json"), join(CACHE, "api.generated.json"));
  try {
    return await import(file);
  } finally {
    rmSync(file, { force: true });
  }
}
