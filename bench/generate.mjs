// Makes registries of known size and history with `git fast-import`, in the form that our own writer gives.
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { modelFile, registryFile, stageFile, versionFile } from "./manifests.mjs";

const CACHE = fileURLToPath(new URL("../.tools/bench/", import.meta.url));

/** Models x versions; 3,000 commits each. `spaces`: how many of the models have a namespace. */
export const SIZES = {
  "100x10": { models: 100, versions: 10, spaces: 0 },
  "1x1000": { models: 1, versions: 1000, spaces: 0 },
  "1000x10": { models: 1000, versions: 10, spaces: 0 },
  "5000x20": { models: 5000, versions: 20, spaces: 2500 },
};

const COMMITS = 3000;
const EPOCH = Date.UTC(2026, 0, 1) / 1000;
const STEP_SECONDS = 600;

/**
 * The registry of this size, from the cache when it is there: its folder, the model that rows work on, the
 * version that its staging holds and production does not, and a branch that promotes it.
 */
export async function generateRegistry(size) {
  const folder = join(CACHE, `${size}-${fingerprint()}`);
  const model = modelName(0, SIZES[size]);
  const version = versionName(SIZES[size].versions - 1);
  const registry = { folder, model, version, branch: "bench/promotion", manifests: countOf(SIZES[size]) };
  if (existsSync(join(folder, ".git", "bench-complete"))) return registry;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const git = (...args) =>
    execFileSync("git", ["-C", folder, ...args], { stdio: ["ignore", "ignore", "inherit"] });
  git("init", "--quiet", "--initial-branch=main");
  git("config", "user.name", "Bench");
  git("config", "user.email", "bench@example.com");
  await importHistory(folder, SIZES[size]);
  git("gc", "--quiet");
  git("reset", "--quiet", "--hard", "main");
  writeArtifact(folder, model, version);
  writeFileSync(join(folder, ".git", "bench-complete"), "");
  return registry;
}

function countOf({ models, versions }) {
  return models * (versions + 1);
}

/** Changes with this file and the manifests that are made, so that no stale registry is measured. */
function fingerprint() {
  const sources = ["generate.mjs", "manifests.mjs"].map((name) =>
    readFileSync(new URL(name, import.meta.url)),
  );
  const hash = createHash("sha256").update(versionFile("fraud", "1.0.0").text);
  for (const source of sources) hash.update(source);
  return hash.digest("hex").slice(0, 8);
}

function modelName(index, { models, spaces }) {
  const name = `model-${String(index).padStart(4, "0")}`;
  return index >= models - spaces ? `team-${String(index % 50).padStart(2, "0")}/${name}` : name;
}

function versionName(index) {
  return `1.${index}.0`;
}

/** The embedded storage holds bytes for the one version that is promoted; the others are never looked at. */
function writeArtifact(folder, model, version) {
  const { content, key } = versionFile(model, version).artifact;
  const path = join(folder, ".modeltrail", "artifacts", key);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, content);
}

async function importHistory(folder, size) {
  const importer = spawn("git", ["-C", folder, "fast-import", "--quiet"], {
    stdio: ["pipe", "ignore", "inherit"],
  });
  const exited = once(importer, "exit");
  const history = new History(importer.stdin, size);
  await history.write();
  importer.stdin.end();
  const [code] = await exited;
  if (code !== 0) throw new Error(`git fast-import ended with ${code}`);
}

class History {
  constructor(stream, size) {
    this.stream = stream;
    this.size = size;
    this.commits = 0;
    this.main = 0;
    this.random = 12_345;
    // Versions that are registered one by one, in the course of the history.
    const late = Math.min(Math.ceil(1000 / size.models), Math.floor(size.versions / 2));
    this.states = Array.from({ length: size.models }, (_, index) => ({
      model: modelName(index, size),
      registered: size.versions - late,
      staging: Math.floor(size.versions / 2) - 1,
      production: Math.floor(size.versions / 2) - 2,
    }));
  }

  async write() {
    await this.commit("Import the models", () => this.everything());
    for (let count = 0; count < COMMITS - 3; count += 1)
      await this.event(this.states[this.pick(this.states.length)]);
    await this.commit("Import the rest", () => this.rest());
    const [state] = this.states;
    const last = this.size.versions - 1;
    await this.commit(`Bring ${state.model} to where the benchmark wants it`, () => [
      stageFile(state.model, "staging", versionName(last)),
      stageFile(state.model, "production", versionName(last - 1)),
    ]);
    const promotion = [stageFile(state.model, "production", versionName(last))];
    const subject = `promote(production): ${state.model} ${versionName(last)}`;
    await this.commit(subject, () => promotion, { branch: "bench/promotion" });
  }

  *everything() {
    yield registryFile();
    yield { path: ".gitignore", text: "/.modeltrail/\n" };
    for (const { model, registered, staging, production } of this.states) {
      yield modelFile(model);
      for (let index = 0; index < registered; index += 1) yield versionFile(model, versionName(index));
      yield stageFile(model, "staging", versionName(staging));
      yield stageFile(model, "production", versionName(production));
    }
  }

  *rest() {
    for (const { model, registered } of this.states) {
      for (let index = registered; index < this.size.versions; index += 1)
        yield versionFile(model, versionName(index));
    }
  }

  /** One thing that happens to a model: a registration, a promotion, or a rollback where nothing newer is there. */
  async event(state) {
    const { model } = state;
    if (state.registered < this.size.versions && this.pick(3) === 0) {
      const version = versionName(state.registered);
      state.registered += 1;
      await this.commit(`register: ${model} ${version}`, () => [versionFile(model, version)]);
    } else if (state.staging < state.registered - 1 && state.staging === state.production) {
      state.staging += 1;
      await this.merge(`promote(staging): ${model}`, stageFile(model, "staging", versionName(state.staging)));
    } else {
      state.production = state.production < state.staging ? state.staging : state.production - 1;
      const version = versionName(Math.max(0, state.production));
      await this.merge(`promote(production): ${model}`, stageFile(model, "production", version));
    }
  }

  /** A proposal's branch with one commit, and its merge. */
  async merge(subject, file) {
    const base = this.main;
    await this.commit(subject, () => [file], { branch: "bench/proposal" });
    const head = this.commits;
    this.main = base;
    await this.commit(`Merge: ${subject}`, () => [file], { merged: head });
  }

  async commit(subject, files, { branch = "main", merged } = {}) {
    this.commits += 1;
    const who = `Bench <bench@example.com> ${EPOCH + this.commits * STEP_SECONDS} +0000`;
    const lines = [
      `commit refs/heads/${branch}`,
      `mark :${this.commits}`,
      `author ${who}`,
      `committer ${who}`,
      data(subject),
    ];
    if (this.main !== 0) lines.push(`from :${this.main}`);
    if (merged !== undefined) lines.push(`merge :${merged}`);
    await this.send(lines.join("\n"));
    for (const { path, text } of files()) await this.send(`M 100644 inline ${path}\n${data(text)}`);
    if (branch === "main") this.main = this.commits;
  }

  async send(text) {
    if (!this.stream.write(`${text}\n`)) await once(this.stream, "drain");
  }

  /** A linear congruential generator: the same history every time. */
  pick(limit) {
    this.random = (Math.imul(this.random, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.random / 4_294_967_296) * limit);
  }
}

function data(text) {
  return `data ${Buffer.byteLength(text)}\n${text}`;
}
