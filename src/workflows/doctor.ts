import { isModeltrailError } from "../diagnostics/errors.ts";
import { allFindings } from "../registry/model-view.ts";
import { formatCount } from "../registry/quantities.ts";
import type { Context } from "./context.ts";
import { checkAccess } from "./doctor/access.ts";
import type { Answer, Check } from "./doctor/check.ts";
import { checkNeighbours } from "./doctor/neighbours.ts";
import { openCommit, type RegistryCommit } from "./read/commit.ts";
import { readSnapshot } from "./read/snapshot.ts";
import { readPolicy } from "./read/policy.ts";
import { openSession, type Session } from "./write/session.ts";

export interface Diagnosis {
  readonly healthy: boolean;
  readonly checks: readonly Check[];
}

/** Looks at everything that commands rely on, and says what is missing. Never writes. */
export async function diagnose(context: Context): Promise<Diagnosis> {
  const checks: Check[] = [];
  const ask = async (name: string, question: () => Promise<Answer>): Promise<void> => {
    checks.push({ name, ...(await answer(question)) });
  };
  await ask("identity", () => checkIdentity(context));
  await ask("history", () => checkHistory(context));
  await ask("remote", () => checkRemote(context));
  const commit = await tryOpen(context, checks);
  if (commit !== undefined) {
    await ask("policy", () => checkPolicy(context, commit));
    await ask("neighbours", () => checkNeighbours(context, commit));
    let session: Session | undefined;
    await ask("forge", () => checkForge(context, commit, (opened) => (session = opened)));
    await ask("manifests", () => checkManifests(context, commit));
    await ask("storage", () => checkStorage(context, commit));
    if (session !== undefined) checks.push(...(await lookAtGitHub(context, session)));
  }
  return { healthy: checks.every((check) => check.status !== "fail"), checks };
}

async function answer(question: () => Promise<Answer>): Promise<Answer> {
  try {
    return await question();
  } catch (error) {
    if (!isModeltrailError(error)) throw error;
    return {
      status: "fail",
      message: error.message,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    };
  }
}

async function tryOpen(context: Context, checks: Check[]): Promise<RegistryCommit | undefined> {
  try {
    const commit = await openCommit(context);
    checks.push({
      name: "registry",
      status: "ok",
      message: `found at commit ${commit.oid.slice(0, 12)}${context.prefix === "" ? "" : ` in ${context.prefix}`}`,
    });
    return commit;
  } catch (error) {
    if (!isModeltrailError(error)) throw error;
    checks.push({
      name: "registry",
      status: "fail",
      message: error.message,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    });
    return undefined;
  }
}

async function checkIdentity({ repository }: Context): Promise<Answer> {
  const { author } = await repository.writer.identity();
  return { status: "ok", message: `commits are made by ${author.name} <${author.email}>` };
}

async function checkHistory({ repository }: Context): Promise<Answer> {
  const head = await repository.refs.resolve("HEAD");
  if (head === undefined) return { status: "warn", message: "there is no commit yet" };
  let commits = 0;
  try {
    for await (const { commit } of repository.history.firstParent(head)) commits += commit.oid === "" ? 0 : 1;
  } catch (error) {
    if (!isModeltrailError(error) || error.code !== "USAGE") throw error;
    return { status: "ok", message: "not counted: without a clone it is read as far as an answer needs it" };
  }
  return { status: "ok", message: `whole: ${commits} first-parent ${commits === 1 ? "commit" : "commits"}` };
}

async function checkRemote({ repository }: Context): Promise<Answer> {
  const remote = await repository.remote.describe();
  if (remote === undefined)
    return { status: "ok", message: "none: proposals are branches of this repository" };
  await repository.remote.fetch();
  return { status: "ok", message: `${remote.name} answers; proposals are shared through it` };
}

async function checkPolicy(context: Context, commit: RegistryCommit): Promise<Answer> {
  const { spec } = await readPolicy(context, commit);
  const stages = spec.stages.map((stage) => stage.name).join(", ");
  return {
    status: "ok",
    message:
      spec.forge === undefined
        ? `stages ${stages}; without a forge nobody's review is known, so merging is up to those who can push`
        : `stages ${stages}`,
  };
}

/** What GitHub says of itself; one line when it stops answering on the way. */
async function lookAtGitHub(context: Context, session: Session): Promise<readonly Check[]> {
  let checks: readonly Check[] = [];
  const failure = await answer(async () => {
    const { checkGitHub } = await import("./doctor/github.ts");
    checks = await checkGitHub(context, session);
    return { status: "ok", message: "" };
  });
  return failure.status === "ok" ? checks : [{ name: "branch rules", ...failure }];
}

/** Whether pull requests can be read with the token that is there, and proposed. */
async function checkForge(
  context: Context,
  commit: RegistryCommit,
  keep: (session: Session) => void,
): Promise<Answer> {
  const name = (await readPolicy(context, commit)).spec.forge?.github;
  if (name === undefined) return { status: "ok", message: "none: proposals are plain branches" };
  const session = await openSession(context);
  const open = await session.forge.listOpen();
  keep(session);
  const message = `${name} answers; ${formatCount(open.length, "proposal")} open`;
  return checkAccess((await session.forge.access?.()) ?? "write", message);
}

async function checkManifests(context: Context, commit: RegistryCommit): Promise<Answer> {
  const snapshot = await readSnapshot(context, commit, {
    models: "all",
    wanted: () => true,
    everything: true,
  });
  const errors = allFindings(snapshot).filter((finding) => finding.severity === "error");
  if (errors.length === 0)
    return {
      status: "ok",
      message: `${snapshot.models.size} ${snapshot.models.size === 1 ? "model" : "models"}, nothing wrong`,
    };
  return {
    status: "fail",
    message: `${errors.length} ${errors.length === 1 ? "finding" : "findings"}; the first: ${errors[0]?.file ?? ""}: ${errors[0]?.message ?? ""}`,
    hint: "Run modeltrail validate to see all of them.",
  };
}

async function checkStorage(context: Context, commit: RegistryCommit): Promise<Answer> {
  const { storage } = (await readPolicy(context, commit)).spec;
  const store = await context.openStore(storage);
  try {
    await store.stat("modeltrail-doctor");
    const isShared = !storage.uri.startsWith("file:") || storage.uri.startsWith("file:/");
    if (!isShared && (await context.repository.remote.describe()) !== undefined) {
      return {
        status: "warn",
        message: `${storage.uri} lies on this machine alone, but the registry has a remote: other clones have no bytes`,
        hint: "Keep artifacts in S3, or in an absolute folder that everybody reaches.",
      };
    }
    return {
      status: "ok",
      message: `${storage.uri} answers${storage.endpoint === undefined ? "" : ` at ${storage.endpoint}`}`,
    };
  } finally {
    await store.close();
  }
}
