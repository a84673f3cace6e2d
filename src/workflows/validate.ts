import { ModeltrailError } from "../diagnostics/errors.ts";
import type { Finding } from "../diagnostics/finding.ts";
import type { Verdict } from "../policy/evaluate.ts";
import { unsupportedPolicy } from "../policy/rules.ts";
import { MODELS_FOLDER, REGISTRY_FILE } from "../registry/layout.ts";
import { allFindings } from "../registry/model-view.ts";
import { buildSnapshot } from "../registry/snapshot.ts";
import { storageProblem } from "../registry/storage-address.ts";
import { type LoadedFile, unreadFile } from "../registry/view.ts";
import { limitsOf } from "../manifest/limits.ts";
import type { Context } from "./context.ts";
import { blobId, sha256Hex } from "./digest.ts";
import { checkArtifact } from "./judge/artifacts.ts";
import { judgeChange, type ArtifactScope } from "./judge/judge.ts";
import { suggestArtifacts, type StageSuggestion } from "./judge/suggest.ts";
import { manifestKindOf, parseManifest } from "./read/manifests.ts";

/** What is wrong in the files of a work tree, or of a commit. */
export interface TreeReport {
  readonly verdict: "pass" | "fail";
  readonly models: number;
  readonly manifests: number;
  readonly findings: readonly Finding[];
  /** For stages that differ from their version: what they should say. */
  readonly suggestions: readonly StageSuggestion[];
  /** What was not looked at, in words. */
  readonly skipped: readonly string[];
}

/** The verdict on a change between two commits. */
export interface ChangeReport extends Verdict {
  readonly base: string;
  readonly head: string;
  /** For stages that differ from their version: what they should say. */
  readonly suggestions: readonly StageSuggestion[];
}

/** Judges what `head` changed since its merge base with `base`, under the policy of `base`. */
export async function validateChange(
  context: Context,
  revisions: { readonly base: string; readonly head: string },
  artifacts: ArtifactScope,
): Promise<ChangeReport> {
  const [base, head] = [await resolve(context, revisions.base), await resolve(context, revisions.head)];
  const { verdict, head: after } = await judgeChange(context, { base, head, artifacts });
  const findings = verdict.gates.flatMap((gate) => gate.findings);
  return { ...verdict, base, head, suggestions: suggestArtifacts(after, findings) };
}

async function resolve(context: Context, revision: string): Promise<string> {
  const oid = await context.repository.refs.resolve(revision);
  if (oid === undefined)
    throw new ModeltrailError("NOT_FOUND", `there is no revision ${JSON.stringify(revision)}`, {
      hint: "Fetch it first.",
    });
  return oid;
}

/** Checks every file of the registry as it lies in the work tree, committed or not. */
export async function validateWorkTree(context: Context, artifacts: ArtifactScope): Promise<TreeReport> {
  const { worktree } = context.repository;
  if (worktree.root === undefined)
    throw new ModeltrailError(
      "USAGE",
      "there is no work tree here: this is a bare repository, or a registry without a clone",
      {
        hint: "Work in a clone, or judge a change: --base and --head, or --pull-request.",
      },
    );
  const files = await loadFolder(context, MODELS_FOLDER);
  const policy = await loadFile(context, { path: REGISTRY_FILE, mode: "100644" });
  if (policy === undefined)
    throw new ModeltrailError("NOT_A_REGISTRY", `there is no ${context.prefix}${REGISTRY_FILE}`, {
      hint: "Run modeltrail init.",
    });
  const snapshot = buildSnapshot([policy, ...files], sha256Hex);
  const found = [...allFindings(snapshot), ...unsupportedPolicy(snapshot)];
  const versions = [...snapshot.models.values()].flatMap((model) =>
    [...model.versions.values()].flatMap((entry) => entry.value ?? []),
  );
  const storage = snapshot.registry?.value?.spec.storage;
  if (artifacts !== "none" && storage !== undefined && storageProblem(storage.uri) === undefined) {
    const store = await context.openStore(storage);
    try {
      for (const version of versions) {
        const { finding } = await checkArtifact(store, version, { undecided: "finding" });
        if (finding !== undefined) found.push(finding);
      }
    } finally {
      await store.close();
    }
  }
  const denied = found.some((finding) => finding.severity === "error");
  return {
    verdict: denied ? "fail" : "pass",
    models: snapshot.models.size,
    manifests: [policy, ...files].filter((file) => file.reading !== undefined).length,
    findings: found,
    suggestions: suggestArtifacts(snapshot, found),
    skipped: artifacts === "none" ? ["storage was not looked at (--artifacts all does)"] : [],
  };
}

async function loadFolder(context: Context, folder: string): Promise<readonly LoadedFile[]> {
  const listed = await context.repository.worktree.list(`${context.prefix}${folder}`);
  const loaded: LoadedFile[] = [];
  for (const { path, mode } of listed) {
    const file = await loadFile(context, { path: `${folder}/${path}`, mode });
    if (file !== undefined) loaded.push(file);
  }
  return loaded;
}

/** Reads a file of the work tree; undefined when it is not there. Only manifests are opened. */
async function loadFile(
  context: Context,
  { path, mode }: { readonly path: string; readonly mode: string },
): Promise<LoadedFile | undefined> {
  const unread = unreadFile(path, mode, "");
  const kind = manifestKindOf(unread.identity);
  if (kind === undefined || !mode.startsWith("100")) return unread;
  try {
    const bytes = await context.repository.worktree.read(`${context.prefix}${path}`, limitsOf(kind).bytes);
    const id = bytes === "too-large" ? "" : blobId(bytes);
    return { ...unread, id, reading: await parseManifest(kind, bytes, path) };
  } catch (error) {
    if (error instanceof ModeltrailError && error.code === "NOT_FOUND") return undefined;
    throw error;
  }
}
