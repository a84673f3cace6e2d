import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { TEST_CREDENTIALS } from "./s3.ts";

export interface Versitygw {
  readonly endpoint: string;
  readonly bucket: string;
  close(): Promise<void>;
}

/** A real S3 server: named by VERSITYGW, in .tools/bin, or on the PATH. */
export function findVersitygw(): string | undefined {
  const folders = [resolve(".tools/bin"), ...(process.env["PATH"] ?? "").split(delimiter)];
  const candidates = [process.env["VERSITYGW"] ?? "", ...folders.map((folder) => join(folder, "versitygw"))];
  return candidates.find((path) => path !== "" && existsSync(path));
}

export async function startVersitygw(program: string): Promise<Versitygw> {
  const folder = await mkdtemp(join(tmpdir(), "modeltrail-versitygw-"));
  const bucket = "models";
  await mkdir(join(folder, bucket));
  const port = await freePort();
  const child = spawn(program, ["--port", `127.0.0.1:${port}`, "posix", folder], {
    stdio: "ignore",
    env: {
      PATH: process.env["PATH"],
      ROOT_ACCESS_KEY: TEST_CREDENTIALS.accessKeyId,
      ROOT_SECRET_KEY: TEST_CREDENTIALS.secretAccessKey,
    },
  });
  await answers(port, child);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    bucket,
    async close() {
      const gone = new Promise((done) => child.once("exit", done));
      child.kill("SIGKILL");
      await gone;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

async function answers(port: number, child: ChildProcess): Promise<void> {
  for (let round = 0; round < 200 && child.exitCode === null; round += 1) {
    const open = await new Promise<boolean>((done) => {
      const socket = connect(port, "127.0.0.1", () => done(true));
      socket.on("error", () => done(false));
      socket.on("connect", () => socket.end());
    });
    if (open) return;
    await sleep(50);
  }
  throw new Error("versitygw did not start");
}
