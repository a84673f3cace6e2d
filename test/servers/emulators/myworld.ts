import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { delimiter, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Emulator, EmulatorClient, type MirroredCommit } from "./emulator.ts";

/** The program of https://pypi.org/project/myworld/: in .tools/bin, or on the PATH. */
export function findMyworld(): string | undefined {
  const folders = [resolve(".tools/bin"), ...(process.env["PATH"] ?? "").split(delimiter)];
  return folders.map((folder) => join(folder, "myworld")).find((path) => existsSync(path));
}

export async function startMyworld(program: string): Promise<Emulator> {
  const port = await freePort();
  const child = spawn(program, ["serve", "--port", String(port), "--log-level", "error"], {
    stdio: "ignore",
  });
  const gone = new Promise((done) => child.once("exit", done));
  const close = async (): Promise<void> => {
    child.kill("SIGKILL");
    await gone;
  };
  try {
    const url = `http://127.0.0.1:${port}`;
    for (let round = 0; !(await answers(`${url}/healthz`)); round += 1) {
      if (round === 200 || child.exitCode !== null) throw new Error("myworld did not start");
      await sleep(100);
    }
    const tokens = await createWorld(url);
    const apiUrl = `${url}/gw/api.github.com`;
    const client = new EmulatorClient(apiUrl, tokens.ada);
    const first = await tipOf(client, "main");
    return {
      apiUrl,
      tokens,
      commit: (commit) => makeCommit(client, commit, first),
      setBranch: (name, oid) => setBranch(client, name, oid),
      complete,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function createWorld(url: string): Promise<Emulator["tokens"]> {
  const seed = {
    viewer: "ada",
    users: [{ login: "ada" }, { login: "rob" }, { login: "acme", type: "Organization" }],
    repos: [{ name: "acme/models", files: { ".seed": "A repository needs a file here.\n" } }],
  };
  const spec = {
    name: "github",
    task: "none",
    servers: { github: { seed } },
    agents: { ada: { as: "ada" }, rob: { as: "rob" } },
  };
  const response = await fetch(`${url}/envs`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ spec }),
  });
  const { credentials } = (await response.json()) as {
    readonly credentials: Readonly<Record<"ada" | "rob", { readonly github_token: string }>>;
  };
  return { ada: credentials.ada.github_token, rob: credentials.rob.github_token };
}

const MIRROR = "mirror/next";

/** It takes no trees and commits, only one file after the other on a branch. */
async function makeCommit(client: EmulatorClient, commit: MirroredCommit, first: string): Promise<string> {
  await setBranch(client, MIRROR, commit.parents[0] ?? first);
  for (const { path, content, before } of commit.edits) {
    await client.call("PUT", `/contents/${path}`, {
      branch: MIRROR,
      message: commit.message,
      content: content.toString("base64"),
      ...(before === undefined ? {} : { sha: before }),
    });
  }
  const tip = await tipOf(client, MIRROR);
  await setBranch(client, MIRROR, undefined);
  return tip;
}

async function setBranch(client: EmulatorClient, name: string, oid: string | undefined): Promise<void> {
  if (oid === undefined) return void (await client.call("DELETE", `/git/refs/heads/${name}`));
  const moved = await client.ask("PATCH", `/git/refs/heads/${name}`, { sha: oid, force: true });
  if (!moved.ok) await client.call("POST", "/git/refs", { ref: `refs/heads/${name}`, sha: oid });
}

async function tipOf(client: EmulatorClient, branch: string): Promise<string> {
  const { object } = await client.call("GET", `/git/ref/heads/${branch}`);
  return (object as { readonly sha: string }).sha;
}

/** Its pull requests do not say which repositories they are of; GitHub's always do. */
function complete(reply: unknown): unknown {
  if (Array.isArray(reply)) return reply.map(complete);
  if (typeof reply !== "object" || reply === null || !("head" in reply) || !("base" in reply)) return reply;
  const repo = { id: 1, full_name: "acme/models" };
  return { ...reply, head: { repo, ...(reply.head as object) }, base: { repo, ...(reply.base as object) } };
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    (response) => response.ok,
    () => false,
  );
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}
