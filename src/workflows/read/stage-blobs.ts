import { limitsOf } from "../../manifest/limits.ts";
import { identifyPath } from "../../registry/layout.ts";
import type { Context } from "../context.ts";
import { parseManifest } from "./manifests.ts";

/** A file that a commit of a history changed; ids of blobs, null where there is no file. */
export interface FileStep {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** Which versions the blobs of stage files name. Each blob is read once. */
export class StageBlobs {
  readonly #context: Context;
  readonly #versions = new Map<string, string | null>();

  constructor(context: Context) {
    this.#context = context;
  }

  /** Reads what the stage files among these name. */
  async load(steps: readonly FileStep[]): Promise<void> {
    const stages = steps.filter(({ path }) => identifyPath(path).kind === "stage");
    const oids = [...new Set(stages.flatMap(({ before, after }) => [before, after]))].filter(
      (oid) => oid !== null && !this.#versions.has(oid),
    ) as readonly string[];
    if (oids.length === 0) return;
    const { objects } = this.#context.repository;
    const blobs = await objects.readBlobs(oids, limitsOf("ModelStage").bytes);
    for (const [index, oid] of oids.entries()) {
      const reading = await parseManifest("ModelStage", blobs[index] ?? "too-large", "stage.yaml");
      this.#versions.set(oid, reading.ok ? reading.value.spec.version : null);
    }
  }

  /** The version in a blob that was loaded; null when it cannot be told, undefined when there is no file. */
  versionOf(oid: string | null): string | null | undefined {
    return oid === null ? undefined : (this.#versions.get(oid) ?? null);
  }
}
