// The rows about bytes: uploads and downloads against a real S3 server on this machine, beside other clients.
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createWriteStream, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { registryFile } from "./manifests.mjs";
import { run } from "./measure.mjs";
import { modeltrail } from "./rows.mjs";
import { BUCKET, findProgram, startServer } from "./s3-server.mjs";

const CACHE = fileURLToPath(new URL("../.tools/bench/files/", import.meta.url));
const MB = 1_000_000;

export function transferRows({ quick }) {
  const large = quick ? { label: "256 MB", file: 256 * MB } : { label: "2 GB", file: 2000 * MB };
  const many = quick ? { label: "200 files", count: 200 } : { label: "2,000 files", count: 2000 };
  return [
    { name: `upload ${large.label}`, prepare: () => prepareUpload(large, "1x of the fastest") },
    { name: `download ${large.label}, verified`, prepare: () => prepareDownload(large, "1.1x") },
    { name: `upload ${many.label}`, prepare: () => prepareUpload(many, "1.5x s5cmd") },
    { name: `download ${many.label}, verified`, prepare: () => prepareDownload(many, "2x s5cmd") },
  ].map((row) => ({ ...row, rounds: 3 }));
}

async function prepareUpload(size, atMost) {
  const stage = await prepareStage(size);
  if (stage.skipped !== undefined) return stage;
  const { source, target, server, registry } = stage;
  return {
    ours: {
      ...modeltrail(registry.folder, "register", "bench", source, "--version", "1.0.0"),
      env: server.env,
    },
    references: uploads(source, target, server),
    reset: async () => {
      server.empty();
      registry.reset();
    },
    close: stage.close,
    atMost,
  };
}

async function prepareDownload(size, atMost) {
  const stage = await prepareStage(size);
  if (stage.skipped !== undefined) return stage;
  const { source, server, registry } = stage;
  const destination = join(CACHE, "downloaded");
  rmSync(destination, { recursive: true, force: true });
  await run({
    ...modeltrail(registry.folder, "register", "bench", source, "--version", "1.0.0"),
    env: server.env,
  });
  return {
    ours: { ...modeltrail(registry.folder, "pull", "bench@1.0.0", destination), env: server.env },
    references: downloads(`s3://${BUCKET}/registry/bench/1.0.0/`, destination, {
      server,
      single: size.file !== undefined,
    }),
    reset: async () => rmSync(destination, { recursive: true, force: true }),
    close: stage.close,
    atMost,
  };
}

async function prepareStage(size) {
  if (findProgram("versitygw") === undefined) return { skipped: "skipped: no versitygw on PATH" };
  if (["s5cmd", "aws", "rclone"].every((program) => findProgram(program) === undefined)) {
    return { skipped: "skipped: no s5cmd, aws or rclone on PATH" };
  }
  const server = await startServer(join(CACHE, "s3"));
  const registry = makeRegistry(server);
  const source = size.file === undefined ? makeFolder(size.count) : await makeFile(size.file);
  return { source, server, registry, target: `s3://${BUCKET}/other/`, close: () => server.close() };
}

function uploads(source, target, { env, endpoint }) {
  const aws = ["--endpoint-url", endpoint, "s3", "cp", "--only-show-errors", "--recursive", source, target];
  const rclone = ["copy", "--transfers=8", "--s3-chunk-size=16M", source, `:s3:${target.slice(5)}`];
  return [
    {
      label: "s5cmd",
      command: "s5cmd",
      args: ["--endpoint-url", endpoint, "--log=error", "cp", `${source}/`, target],
      env,
    },
    { label: "aws, 20 requests", command: "aws", args: aws, env },
    { label: "rclone", command: "rclone", args: rclone, env },
  ].filter(({ command }) => findProgram(command) !== undefined);
}

/** Clients that verify nothing are followed by the digest that a careful user would take; of one file only. */
function downloads(source, destination, { server: { env, endpoint }, single }) {
  const after = single ? ` && openssl dgst -sha256 ${destination}/*` : "";
  const words = single ? ", openssl dgst" : "";
  const shell = (command, script) => ({
    label: `${command}${words}`,
    program: command,
    command: "sh",
    args: ["-c", `mkdir -p ${destination} && ${script}${after}`],
    env,
  });
  return [
    shell("s5cmd", `s5cmd --endpoint-url ${endpoint} --log=error cp '${source}*' ${destination}/`),
    shell(
      "aws",
      `aws --endpoint-url ${endpoint} s3 cp --only-show-errors --recursive ${source} ${destination}`,
    ),
  ].filter(({ program }) => findProgram(program) !== undefined);
}

/** An empty registry on the server's bucket. */
function makeRegistry({ endpoint }) {
  const folder = join(CACHE, "registry");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const storage = { uri: `s3://${BUCKET}/registry/`, region: "us-east-1", endpoint, forcePathStyle: true };
  const { path, text } = registryFile(storage);
  writeFileSync(join(folder, path), text);
  const git = (...args) =>
    execFileSync("git", ["-C", folder, ...args], { stdio: ["ignore", "ignore", "inherit"] });
  git("init", "--quiet", "--initial-branch=main");
  git("config", "user.name", "Bench");
  git("config", "user.email", "bench@example.com");
  git("add", path);
  git("commit", "--quiet", "--message=Make the registry");
  git("tag", "empty");
  return { folder, reset: () => git("reset", "--quiet", "--hard", "empty") };
}

/** A folder with one file of random bytes. */
async function makeFile(bytes) {
  const folder = join(CACHE, `one-${bytes}`);
  const file = join(folder, "model.bin");
  if (existsSync(join(folder, "..", `one-${bytes}.complete`))) return folder;
  mkdirSync(folder, { recursive: true });
  const stream = createWriteStream(file);
  for (let written = 0; written < bytes; written += MB) {
    if (!stream.write(randomBytes(MB))) await new Promise((resolve) => stream.once("drain", resolve));
  }
  stream.end();
  await finished(stream);
  writeFileSync(join(folder, "..", `one-${bytes}.complete`), "");
  return folder;
}

/** A folder with this many files of 100 kB. */
function makeFolder(count) {
  const folder = join(CACHE, `many-${count}`);
  mkdirSync(folder, { recursive: true });
  if (readdirSync(folder).length === count) return folder;
  for (let index = 0; index < count; index += 1) {
    writeFileSync(join(folder, `shard-${String(index).padStart(4, "0")}.bin`), randomBytes(100_000));
  }
  return folder;
}
