import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Scopes } from "../servers/github/state.ts";
import type { World } from "../servers/github/world.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** A step of a workflow, as the runner starts it. */
export interface StepOptions {
  readonly inputs?: Readonly<Record<string, string>>;
  /** By name, and what GitHub sends with it. */
  readonly event?: readonly [name: string, payload: object];
  readonly env?: Readonly<Record<string, string>>;
  /** What kills it: called with a way to do so once it runs. */
  readonly started?: (kill: () => void) => void;
}

export interface StepResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  /** What `report` names, as JSON. */
  readonly report: unknown;
}

/** All that a workflow's own token may do when a job asks for it. */
export const WRITER: Scopes = {
  metadata: "read",
  contents: "write",
  pull_requests: "write",
  statuses: "write",
};

/** The token of a workflow of the repository; whoever it writes as is the bot of GitHub Actions. */
export function workflowToken({ server, repository }: World, scopes: Scopes = WRITER): string {
  const token = server.addAppToken("github-actions", scopes);
  repository.roles.set("github-actions[bot]", "write");
  return token.value;
}

/** Runs one of the bundled actions as the process that a runner would start. */
export async function runStep(
  name: "validate" | "record" | "gate" | "promote",
  world: World,
  options: StepOptions = {},
): Promise<StepResult> {
  const folder = mkdtempSync(join(tmpdir(), "modeltrail-step-"));
  const file = (called: string, text = ""): string => {
    const path = join(folder, called);
    writeFileSync(path, text);
    return path;
  };
  const [event = "workflow_dispatch", payload = {}] = options.event ?? [];
  const { inputs = {} } = options;
  const token = inputs["token"] ?? workflowToken(world);
  const env = {
    PATH: process.env["PATH"],
    HOME: folder,
    CI: "true",
    GITHUB_ACTIONS: "true",
    GITHUB_SERVER_URL: world.server.url,
    GITHUB_API_URL: world.server.apiUrl,
    GITHUB_REPOSITORY: "acme/models",
    GITHUB_RUN_ID: "4711",
    GITHUB_EVENT_NAME: event,
    GITHUB_EVENT_PATH: file("event.json", JSON.stringify(payload)),
    GITHUB_OUTPUT: file("output"),
    GITHUB_ENV: file("env"),
    GITHUB_STEP_SUMMARY: file("summary.md"),
    GITHUB_WORKSPACE: folder,
    RUNNER_TEMP: folder,
    ...options.env,
    ...Object.fromEntries(
      Object.entries({ ...inputs, token }).map(([key, value]) => [`INPUT_${key.toUpperCase()}`, value]),
    ),
  };
  try {
    const ended = await run(join(ROOT, "action", name, "main.mjs"), env, options.started);
    const outputs = parseOutputs(readFileSync(env.GITHUB_OUTPUT, "utf8"));
    if (readFileSync(env.GITHUB_ENV, "utf8") !== "") throw new Error("a step wrote to GITHUB_ENV");
    const { report } = outputs;
    return {
      ...ended,
      outputs,
      summary: readFileSync(env.GITHUB_STEP_SUMMARY, "utf8"),
      report: report === undefined ? undefined : JSON.parse(readFileSync(report, "utf8")),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(
  path: string,
  env: NodeJS.ProcessEnv,
  started: StepOptions["started"],
): Promise<Pick<StepResult, "code" | "stdout" | "stderr">> {
  // In the folder of the checkout, as a runner does; nothing of it is read.
  const child = spawn(process.execPath, [path], { env, cwd: tmpdir(), stdio: ["ignore", "pipe", "pipe"] });
  const texts = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk: Buffer) => (texts.stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (texts.stderr += chunk.toString()));
  started?.(() => child.kill("SIGKILL"));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, ...texts }));
  });
}

/** The runner's own format: `name<<delimiter`, lines, the delimiter. */
function parseOutputs(text: string): Record<string, string> {
  const outputs: Record<string, string> = {};
  const lines = text.split("\n");
  for (let at = 0; at < lines.length; at += 1) {
    const [, name, delimiter] = /^([^=<]+)<<(.+)$/.exec(lines[at] ?? "") ?? [];
    if (name === undefined || delimiter === undefined) continue;
    const end = lines.indexOf(delimiter, at + 1);
    outputs[name] = lines.slice(at + 1, end).join("\n");
    at = end;
  }
  return outputs;
}
