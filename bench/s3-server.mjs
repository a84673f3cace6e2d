// versitygw, a real S3 server over a folder, on a free port of this machine.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";

export const BUCKET = "bench";

const TOOLS = fileURLToPath(new URL("../.tools/bin", import.meta.url));
const CREDENTIALS = { accessKeyId: "bench", secretAccessKey: "bench-secret" };

/** The path of a program, also of those that `.ci/run` installed; undefined when there is none. */
export function findProgram(name) {
  const folders = [TOOLS, ...(process.env.PATH ?? "").split(delimiter)];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Starts the server over an empty folder, with one bucket. */
export async function startServer(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const child = spawn(findProgram("versitygw"), ["--port", `127.0.0.1:${port}`, "--quiet", "posix", folder], {
    env: {
      ...process.env,
      ROOT_ACCESS_KEY: CREDENTIALS.accessKeyId,
      ROOT_SECRET_KEY: CREDENTIALS.secretAccessKey,
    },
    stdio: "ignore",
  });
  const exited = once(child, "exit");
  await makeBucket(endpoint);
  return {
    endpoint,
    env: clientEnvironment(folder, endpoint),
    empty: () => {
      const bucket = join(folder, BUCKET);
      for (const name of readdirSync(bucket)) rmSync(join(bucket, name), { recursive: true, force: true });
    },
    close: async () => {
      child.kill();
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}

/** Tries until the server answers, for ten seconds. */
async function makeBucket(endpoint) {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
  const client = new S3Client({
    endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    credentials: CREDENTIALS,
  });
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
      return client.destroy();
    } catch (error) {
      if (attempt === 50) throw error;
      await sleep(200);
    }
  }
}

/** What every client reads: credentials, and settings under which it is at its best here. */
function clientEnvironment(folder, endpoint) {
  const config = `${folder}.config`;
  writeFileSync(
    config,
    "[default]\nregion = us-east-1\ns3 =\n  max_concurrent_requests = 20\n  multipart_chunksize = 16MB\n",
  );
  return {
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    AWS_REGION: "us-east-1",
    AWS_CONFIG_FILE: config,
    AWS_EC2_METADATA_DISABLED: "true",
    RCLONE_S3_PROVIDER: "Other",
    RCLONE_S3_ENDPOINT: endpoint,
    RCLONE_S3_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    RCLONE_S3_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
  };
}
