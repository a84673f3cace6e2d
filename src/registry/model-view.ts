import type { Finding, Position } from "../diagnostics/finding.ts";
import type { Model, ModelStage, ModelVersion, ModelYank, Registry } from "../manifest/types.generated.ts";

/** A manifest as it lies in a commit or a work tree. */
export interface Entry<T> {
  readonly path: string;
  /** The id of the blob, or of the bytes in the work tree; equal ids mean equal bytes. */
  readonly id: string;
  /** `broken`: it could not be read, and its findings say why. `unread`: nobody asked for its content. */
  readonly state: "read" | "broken" | "unread";
  /** Undefined unless it was read. */
  readonly value: T | undefined;
  /** Why it could not be read; empty unless it is broken. */
  readonly findings: readonly Finding[];
  /** Where a value stands, by JSON pointer. */
  readonly positionOf: (pointer: string) => Position | undefined;
  /** The text, for edits that keep it. */
  readonly text: string | undefined;
}

/** One model with everything of it that was loaded. */
export interface ModelView {
  /** `<name>` or `<namespace>/<name>`. */
  readonly name: string;
  readonly manifest: Entry<Model> | undefined;
  readonly hasCard: boolean;
  /** By the version that the file's name says. */
  readonly versions: ReadonlyMap<string, Entry<ModelVersion>>;
  readonly yanks: ReadonlyMap<string, Entry<ModelYank>>;
  readonly stages: ReadonlyMap<string, Entry<ModelStage>>;
}

/** A model whose files were held against their paths and against each other. */
export interface CheckedModel extends ModelView {
  /** Everything that is wrong in the files of this model. */
  readonly findings: readonly Finding[];
}

/** A registry at one commit, or in a work tree; holds what was asked for, which may be a single model. */
export interface Snapshot {
  readonly registry: Entry<Registry> | undefined;
  readonly models: ReadonlyMap<string, CheckedModel>;
  /** What is wrong outside the models, or between them. */
  readonly findings: readonly Finding[];
}

/** Every finding of a snapshot. */
export function allFindings(snapshot: Snapshot): readonly Finding[] {
  return [...snapshot.findings, ...[...snapshot.models.values()].flatMap((model) => model.findings)];
}

/** The versions that may be used, lowest first is not promised. */
export function usableVersions(model: ModelView): readonly string[] {
  return [...model.versions.keys()].filter((version) => !model.yanks.has(version));
}

/** SHA-256 of a text, in hexadecimal: handed in, since the core does no IO and has no cryptography of its own. */
export type Sha256 = (text: string) => string;
