import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Entry, ModelView } from "../../src/registry/model-view.ts";
import { identifyPath } from "../../src/registry/layout.ts";
import {
  findMixedModels,
  outlineFolders,
  type ModelOutline,
  type OutlinedFolder,
  type Outlines,
} from "../../src/registry/outline.ts";
import { type LoadedFile, unreadFile, viewFiles } from "../../src/registry/view.ts";

const part = fc.constantFrom(
  "fraud",
  "team",
  "versions",
  "stages",
  "yanked",
  "deploy",
  "production",
  "stage.yaml",
  "1.0.0",
);
const name = fc.constantFrom(
  "model.yaml",
  "README.md",
  "stage.yaml",
  "1.0.0.yaml",
  "1.1.0.yaml",
  "v1.0.0.yaml",
  ".yaml",
  "notes.txt",
  "a/b.yaml",
  "__proto__.yaml",
);
const file = fc.record({
  name,
  mode: fc.constantFrom("100644", "100644", "100755", "120000", "160000"),
  oid: fc.constant("0a".repeat(20)),
});
const folder: fc.Arbitrary<OutlinedFolder> = fc.record({
  path: fc.array(part, { maxLength: 4 }).map((parts) => ["models", ...parts].join("/")),
  files: fc.uniqueArray(file, { selector: (one) => one.name, maxLength: 4 }),
});

describe("outlineFolders", () => {
  it("sorts files as viewFiles does", () => {
    let models = 0;
    const folders = fc.uniqueArray(folder, { selector: ({ path }) => path, maxLength: 8 });
    fc.assert(
      fc.property(folders, (some) => {
        const known: Outlines = new Map();
        const stages = some.flatMap((one) => outlineFolders(known, [one]));
        const outlines = [...known.values()].map(told);
        expect(stages.map(({ path }) => path).toSorted()).toEqual(
          outlines.flatMap((outline) => outline.stages).toSorted(),
        );
        const files = some.flatMap(({ path, files: own }) =>
          own.map((one) => unreadFile(`${path}/${one.name}`, one.mode, one.oid)),
        );
        expect(outlines.toSorted(byName)).toEqual(
          [...viewFiles(files).models.values()].map((model) => seen(model, files)).toSorted(byName),
        );
        models += outlines.length;
      }),
      { numRuns: 2_000 },
    );
    expect(models).toBeGreaterThan(500);
  });
});

describe("findMixedModels", () => {
  it("names a model that holds models, and those", () => {
    const mixed = findMixedModels(["fraud", "fraud-x", "risk/churn", "fraud/eu", "fraud/us"]);
    expect([...mixed].toSorted()).toEqual(["fraud", "fraud/eu", "fraud/us"]);
  });
});

interface Told {
  readonly name: string;
  readonly hasManifest: boolean;
  readonly versions: readonly string[];
  readonly yanks: readonly string[];
  readonly stages: readonly string[];
  readonly odd: boolean;
}

function told(outline: ModelOutline): Told {
  return {
    name: outline.name,
    hasManifest: outline.hasManifest,
    versions: [...outline.versions].toSorted(),
    yanks: [...outline.yanks].toSorted(),
    stages: outline.stages.map(({ path }) => path).toSorted(),
    odd: outline.hasOddFile || outline.stages.some(({ mode }) => !mode.startsWith("100")),
  };
}

function seen(
  { name: model, manifest, versions, yanks, stages }: ModelView,
  files: readonly LoadedFile[],
): Told {
  const entries: (Entry<unknown> | undefined)[] = [manifest, ...versions.values(), ...yanks.values()];
  return {
    name: model,
    hasManifest: manifest !== undefined,
    versions: [...versions.keys()].toSorted(),
    yanks: [...yanks.keys()].toSorted(),
    stages: [...stages.values()].map(({ path }) => path).toSorted(),
    odd:
      [...entries, ...stages.values()].some((entry) => entry?.state === "broken") ||
      files.some(({ path, mode }) => {
        const identity = identifyPath(path);
        return identity.kind === "stray" && identity.model === model && !mode.startsWith("100");
      }),
  };
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}
