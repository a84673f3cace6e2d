import type { ModelVersion } from "../manifest/types.generated.ts";
import { modelNameProblem, nameProblem } from "../registry/names.ts";
import { versionProblem } from "../registry/versions.ts";

/** One file of a change: its whole new text, or null for "removed". Paths are relative to the registry's folder. */
export interface TextEdit {
  readonly path: string;
  readonly text: string | null;
}

export type ChangeKind = "init" | "register" | "promote" | "rollback" | "retire" | "yank";

/** A decision as a value: what to write, and how to tell people. Applying it is a workflow's work. */
export interface ChangeSet {
  readonly kind: ChangeKind;
  /** The proposal's branch, without the prefix of a registry in a sub-folder. */
  readonly branch: string;
  /** The commit's subject; written for people, never parsed. */
  readonly title: string;
  /** The rest of the message, in short paragraphs. */
  readonly body: string;
  readonly trailers: readonly Trailer[];
  readonly edits: readonly TextEdit[];
  /** What the change is about, for those who write about it at length; a registry's first commit has none. */
  readonly story?: ChangeStory;
}

/** A change of a model in its parts. */
export interface ChangeStory {
  readonly model: string;
  readonly stage?: string | undefined;
  /** The version that goes, or that is yanked. */
  readonly fromVersion?: string | undefined;
  /** Its manifest, where it could be read. */
  readonly from?: ModelVersion | undefined;
  /** The version that comes. */
  readonly to?: ModelVersion | undefined;
  /** Why, in the words of who asked for it. */
  readonly reason?: string | undefined;
  /** The command that takes it back. */
  readonly undo?: string | undefined;
}

export type Trailer = readonly [key: string, value: string];

/** The trailer that names a change set by its digest; a commit without it is a person's. */
export const CHANGE_TRAILER = "Modeltrail-Change";

/** What `Modeltrail-Change` is the SHA-256 of: the branch and the edits by path, in one canonical text. */
export function renderFingerprint({ branch, edits }: Pick<ChangeSet, "branch" | "edits">): string {
  const sorted = edits.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  return JSON.stringify([branch, sorted.map(({ path, text }) => [path, text])]);
}

/** The whole commit message. Lines of free text that look like trailers are indented, so that no tool reads them so. */
export function renderMessage(changeSet: ChangeSet, digest: string): string {
  const body = printable(changeSet.body)
    .split("\n")
    .map((line) => (/^[A-Za-z][-A-Za-z0-9]*:/.test(line) ? `  ${line}` : line))
    .join("\n");
  const trailers = [...changeSet.trailers, [CHANGE_TRAILER, digest] as const]
    .map(([key, value]) => `${key}: ${printable(value).replaceAll(/\s+/g, " ")}`)
    .join("\n");
  return `${changeSet.title}\n\n${body === "" ? "" : `${body}\n\n`}${trailers}\n`;
}

/** Without what would steer a terminal: control, bidi and invisible characters, other than line breaks. */
function printable(text: string): string {
  return text.replaceAll(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    "",
  );
}

/** The digest that a message's `Modeltrail-Change` names; undefined in a person's message. */
export function parseChangeDigest(message: string): string | undefined {
  return new RegExp(`^${CHANGE_TRAILER}: (sha256:[0-9a-f]{64})$`, "m").exec(message)?.[1];
}

/** What kind of proposal a branch's name says, and of what; undefined for branches that are none. */
export interface ProposalName {
  readonly kind: "register" | "promote" | "rollback" | "retire" | "yank";
  readonly model: string;
  readonly stage?: string;
  readonly version?: string;
}

/**
 * Reads the name of a proposal's branch (without the prefix of a registry in a sub-folder). A branch whose parts are
 * no names of models, stages and versions is a person's, whatever it begins with.
 */
export function parseProposalBranch(branch: string): ProposalName | undefined {
  const name = splitProposalBranch(branch);
  if (name === undefined || modelNameProblem(name.model) !== undefined) return undefined;
  const { stage, version } = name;
  if (stage !== undefined && nameProblem("stage", stage) !== undefined) return undefined;
  return version !== undefined && versionProblem(version) !== undefined ? undefined : name;
}

function splitProposalBranch(branch: string): ProposalName | undefined {
  const [kind, ...rest] = branch.split("/");
  if (kind === "promote" || kind === "rollback") {
    const [stage, ...named] = rest;
    const version = named.pop();
    return stage === undefined || version === undefined || named.length === 0
      ? undefined
      : { kind, stage, model: named.join("/"), version };
  }
  if (kind === "retire") {
    const [stage, ...named] = rest;
    return stage === undefined || named.length === 0 ? undefined : { kind, stage, model: named.join("/") };
  }
  if (kind === "register" || kind === "yank") {
    const version = rest.pop();
    return version === undefined || rest.length === 0 ? undefined : { kind, model: rest.join("/"), version };
  }
  return undefined;
}
