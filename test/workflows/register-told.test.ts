import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openContext } from "../../src/composition/open-context.ts";
import { parseManifest } from "../../src/workflows/read/manifests.ts";
import { mergeProposal } from "../../src/workflows/merge.ts";
import { promoteVersion } from "../../src/workflows/promote.ts";
import {
  registerVersion,
  type RegisterOptions,
  type RegisterResult,
} from "../../src/workflows/register/register.ts";
import { yankVersion } from "../../src/workflows/yank.ts";
import { newRegistry, TEST_ENV, type Workspace } from "../builders/workspace.ts";

const open: Workspace[] = [];
afterEach(async () => {
  for (const workspace of open.splice(0)) await workspace.dispose();
});

async function register(
  workspace: Workspace,
  model: string,
  options: RegisterOptions & { readonly text?: string } = {},
): Promise<RegisterResult> {
  const { text = model, ...told } = options;
  workspace.write("../model/weights.bin", text);
  return registerVersion(await workspace.open(), model, join(workspace.folder, "../model"), told);
}

/** A registry with `base` 1.0.0, 1.1.0 and a pre-release; 1.0.0 is at staging. */
async function withBase(): Promise<Workspace> {
  const workspace = await newRegistry();
  open.push(workspace);
  for (const version of ["1.0.0", "1.1.0", "2.0.0-rc.1"])
    await register(workspace, "base", { version, text: version });
  await promoteVersion(await workspace.open(), "base@1.0.0", "staging", {});
  await mergeProposal(await workspace.open(), "promote/staging/base/1.0.0");
  return workspace;
}

function manifestOf(workspace: Workspace, path: string): string {
  return workspace.git("show", `HEAD:models/${path}`);
}

let base: Workspace;
beforeAll(async () => {
  base = await withBase();
  // Stays until all of this file is done.
  open.pop();
});
afterAll(() => base.dispose());

/** Nothing of a refused registration may have been stored. */
function isStored(workspace: Workspace, model = "fraud"): boolean {
  return existsSync(join(workspace.folder, ".modeltrail/artifacts", model));
}

const parent = (version: string, model = "base"): RegisterOptions => ({ parents: [{ model, version }] });

describe("the parents of a version", () => {
  it.each([
    ["1.1.0", "1.1.0"],
    ["staging", "1.0.0"],
    ["latest", "1.1.0"],
  ])("@%s is kept as the version that it means now", async (ref, version) => {
    await register(base, `from-${ref.replaceAll(".", "-")}`, parent(ref));
    expect(manifestOf(base, `from-${ref.replaceAll(".", "-")}/versions/1.0.0.yaml`)).toContain(
      `parents:\n      - model: "base"\n        version: "${version}"\n`,
    );
    expect(base.warnings).toEqual([]);
  });

  it.each([
    ["base", "9.9.9", "NOT_FOUND", /2\.0\.0-rc\.1, 1\.1\.0, 1\.0\.0/],
    ["base", "v1.0.0", "NOT_FOUND", /1\.0\.0/],
    ["base", "nowhere", "NOT_FOUND", /1\.0\.0/],
    ["base", "production", "EMPTY_STAGE", /staging/],
    ["other", "1.0.0", "NOT_FOUND", /modeltrail list/],
    ["fraud", "1.0.0", "NOT_FOUND", /modeltrail list/],
    ["Not a name", "1.0.0", "USAGE", /./],
  ])("have to be there: %s@%s", async (model, version, code, hint) => {
    const workspace = base;
    await expect(register(workspace, "fraud", parent(version, model))).rejects.toMatchObject({
      code,
      message: expect.stringContaining(`${model}@${version}`),
      hint: expect.stringMatching(hint),
    });
    expect(isStored(workspace)).toBe(false);
  });

  it("may be the model's own versions, and yanked ones, which is said", async () => {
    const workspace = await withBase();
    await yankVersion(await workspace.open(), "base@1.1.0", { reason: "leak" });
    await mergeProposal(await workspace.open(), "yank/base/1.1.0");
    expect(await register(workspace, "base", { ...parent("1.1.0"), text: "tuned" })).toMatchObject({
      status: "registered",
      version: "1.2.0",
    });
    expect(workspace.warnings.join()).toMatch(/base 1\.1\.0 was yanked/);
  });

  it("are no reason to refuse what is registered already", async () => {
    const workspace = await withBase();
    await register(workspace, "fraud", parent("staging"));
    expect(await register(workspace, "fraud", parent("9.9.9"))).toMatchObject({ status: "unchanged" });
    expect(workspace.warnings.join()).toContain("not recorded");
  });
});

describe("what is told twice", () => {
  it.each<[string, RegisterOptions]>([
    [
      "a metric",
      {
        metrics: [
          { name: "auc", value: 0.9 },
          { name: "f1", value: 1 },
          { name: "auc", value: 0.8 },
        ],
      },
    ],
    [
      "a metric on one dataset",
      {
        metrics: [
          { name: "auc", value: 0.9, dataset: "holdout" },
          { name: "auc", value: 0.9, dataset: "holdout" },
        ],
      },
    ],
    ["a dataset", { datasets: [{ name: "tx" }, { name: "tx", uri: "s3://data/tx/" }] }],
    [
      "a parent",
      {
        parents: [
          { model: "base", version: "1.0.0" },
          { model: "base", version: "1.0.0" },
        ],
      },
    ],
    [
      "a parent by number and by stage",
      {
        parents: [
          { model: "base", version: "1.0.0" },
          { model: "base", version: "staging" },
        ],
      },
    ],
  ])("is refused: %s", async (_, told) => {
    const workspace = base;
    await expect(register(workspace, "fraud", told)).rejects.toMatchObject({ code: "USAGE" });
    expect(isStored(workspace)).toBe(false);
  });

  it("is something else for other datasets and versions", async () => {
    const workspace = base;
    const told: RegisterOptions = {
      metrics: [
        { name: "auc", value: 0.9 },
        ...["a", "b"].map((dataset) => ({ name: "auc", value: 1, dataset })),
      ],
      parents: ["1.0.0", "latest"].map((version) => ({ model: "base", version })),
    };
    expect(await register(workspace, "distinct", told)).toMatchObject({ status: "registered" });
  });
});

describe("metrics in a manifest", () => {
  it("are read back equal", async () => {
    const values = [1.1, 0.1 + 0.2, 1e-7, 1e22, Number.MAX_VALUE, 5e-324, -2500, 0];
    const metrics = values.map((value, index) => ({ name: `m${index}`, value }));
    await register(base, "measured", { metrics });
    const path = "measured/versions/1.0.0.yaml";
    const text = new TextEncoder().encode(manifestOf(base, path));
    const reading = await parseManifest("ModelVersion", text, `models/${path}`);
    expect(reading.ok && reading.value.spec.metrics).toEqual(metrics);
  });
});

describe("characters that no manifest may hold", () => {
  const odd = ["\u202e", "\u0007", "\u200b", "\u0085"];

  it.each(odd)("are refused before anything is stored: %j", async (character) => {
    const workspace = base;
    for (const told of [
      { description: `new${character}` },
      { labels: { team: `risk${character}` } },
      { labels: { [`te${character}am`]: "risk" } },
      { metrics: [{ name: `auc${character}`, value: 1 }] },
      { metrics: [{ name: "auc", value: 1, dataset: `d${character}` }] },
      { datasets: [{ name: `tx${character}` }] },
      { run: { url: `https://mlflow.example/${character}` } },
      { format: `onnx${character}` },
    ] satisfies RegisterOptions[]) {
      const failed = await register(workspace, "fraud", told).catch((error: unknown) => error);
      expect(failed, JSON.stringify(told)).toMatchObject({
        code: expect.stringMatching(/USAGE|INVALID_INPUT/),
      });
    }
    expect(isStored(workspace)).toBe(false);
  });

  it("are refused in the name of who registers", async () => {
    const workspace = base;
    const silent = (): void => undefined;
    const context = await openContext({
      cwd: workspace.folder,
      registry: undefined,
      env: { ...TEST_ENV, GIT_AUTHOR_NAME: "A\u202eda" },
      notices: { warn: silent, hint: silent, progress: silent },
      now: () => new Date(),
    });
    workspace.write("../model/weights.bin", "one");
    await expect(registerVersion(context, "fraud", join(workspace.folder, "../model"))).rejects.toMatchObject(
      { code: "INVALID_INPUT", message: expect.stringContaining("createdBy") },
    );
    await context.repository.close();
    expect(isStored(workspace)).toBe(false);
  });
});
