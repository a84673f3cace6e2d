import { devNull } from "node:os";
import { join } from "node:path";
import type { OpenedContext } from "../../src/composition/opened-context.ts";
import { openContext } from "../../src/composition/open-context.ts";
import { isModeltrailError } from "../../src/diagnostics/errors.ts";
import { renderRecordComment, renderRecordSummary } from "../../src/report/markdown/record.ts";
import { renderRecord } from "../../src/report/text/audit.ts";
import { openAudit } from "../../src/workflows/audit/place.ts";
import { readLastEntry } from "../../src/workflows/audit/read-entries.ts";
import { recordAudit, type RecordResult } from "../../src/workflows/audit/record.ts";
import { type ForgeMemory, recallFromForge } from "../../src/workflows/publish-verdict/forge-memory.ts";
import { type Environment, requireVariable } from "./environment.ts";
import { readDefaultBranch } from "./event.ts";
import { type InputRules, PATH, readFolder, readInputs, TOKEN, YES_NO } from "./inputs.ts";
import { markerOf } from "./registry.ts";
import { annotate, hideSecret, NOTICES, runUrl, sayPage, setOutput, writeSummary } from "./runner.ts";

export const RECORD_INPUTS = {
  ...TOKEN,
  ...PATH,
  anchor: { fallback: "true", oneOf: YES_NO },
  comment: { fallback: "false", oneOf: YES_NO },
} as const satisfies InputRules;

/** Brings the audit branch up to the default branch, in the checkout of the job. */
export async function runRecord(env: Readonly<Record<string, string>>): Promise<void> {
  const inputs = readInputs(RECORD_INPUTS, env);
  hideSecret(inputs.token);
  const workspace = requireVariable(env, "GITHUB_WORKSPACE");
  const context = await openContext({
    registry: join(workspace, ...readFolder(inputs.path)),
    cwd: workspace,
    env: { ...env, GITHUB_TOKEN: inputs.token, ...gitEnvironment(env, inputs.token, workspace) },
    now: () => new Date(),
    defaultBranch: readDefaultBranch(env),
    notices: NOTICES,
  });
  try {
    const base = async (): Promise<string> => (await openAudit(context, { fetch: false, push: true })).base;
    const memory = recallFromForge(context, { host: hostOf(env), base, run: runOf(env) });
    const result = await recordAudit(context, {
      anchor: inputs.anchor === "true",
      enrich: memory.enrich,
    });
    sayPage(renderRecord(result));
    await writeSummary(renderRecordSummary(result));
    await setOutputs(context, result);
    if (inputs.comment === "true") await noteRecorded(result, memory, context.prefix);
  } finally {
    await context.repository.close();
  }
}

/**
 * Git as this step wants it, whatever earlier steps configured for the machine: no other addresses, no hooks, and the
 * token for this GitHub alone.
 */
function gitEnvironment(
  env: Environment,
  token: string,
  workspace: string,
): Readonly<Record<string, string>> {
  const server = new URL(requireVariable(env, "GITHUB_SERVER_URL")).origin;
  const login = Buffer.from(`x-access-token:${token}`).toString("base64");
  hideSecret(login);
  const settings = [
    ["safe.directory", workspace],
    ["core.hooksPath", devNull],
    // Empty first: what the checkout left for the same server would be a second header.
    [`http.${server}/.extraHeader`, ""],
    [`http.${server}/.extraHeader`, `Authorization: Basic ${login}`],
  ] as const;
  return {
    GIT_TERMINAL_PROMPT: "0",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: devNull,
    GIT_CONFIG_COUNT: String(settings.length),
    ...Object.fromEntries(settings.map(([key], at) => [`GIT_CONFIG_KEY_${at}`, key])),
    ...Object.fromEntries(settings.map(([, value], at) => [`GIT_CONFIG_VALUE_${at}`, value])),
  };
}

function hostOf(env: Environment): { readonly github: string; readonly apiUrl: string } {
  return {
    github: requireVariable(env, "GITHUB_REPOSITORY"),
    apiUrl: requireVariable(env, "GITHUB_API_URL"),
  };
}

function runOf(env: Environment): { readonly id: string; readonly url: string } {
  return { id: requireVariable(env, "GITHUB_RUN_ID"), url: runUrl(env) };
}

/** GitHub shows no more; all of them stand on the page of the run. */
const MOST_ANNOTATIONS = 10;

async function setOutputs(context: OpenedContext, result: RecordResult): Promise<void> {
  const { branch, commit, entries } = result;
  const unverified = entries.filter((entry) => entry.result === "unverified");
  for (const { seq, summary, source } of unverified.slice(0, MOST_ANNOTATIONS))
    annotate("warning", `Entry ${seq} came around the gates: ${summary} (commit ${source.slice(0, 10)})`);
  setOutput("recorded", entries.length);
  setOutput("unverified", unverified.length);
  if (commit === undefined) return;
  const last = entries.at(-1)?.seq ?? (await readLastEntry(context, branch, commit))?.entry.seq;
  if (last !== undefined) setOutput("sequence", last);
  setOutput("tip", commit);
}

/** A courtesy: what it concerns is recorded. */
async function noteRecorded(
  { branch, entries }: RecordResult,
  { host, requestOf }: ForgeMemory,
  prefix: string,
): Promise<void> {
  const marker = markerOf("recorded", prefix);
  const numbers = new Map<number, RecordResult["entries"][number][]>();
  try {
    for (const entry of entries) {
      const brought = await requestOf(entry.source);
      if (brought === undefined) continue;
      const { number } = brought.request;
      numbers.set(number, [...(numbers.get(number) ?? []), entry]);
    }
    const forge = await host();
    for (const [number, own] of numbers)
      await forge?.comment(number, { marker, body: renderRecordComment(branch, own), create: true });
  } catch (error) {
    if (!isModeltrailError(error)) throw error;
    annotate("warning", `It is recorded, but not noted on the pull request: ${error.message}`);
  }
}
