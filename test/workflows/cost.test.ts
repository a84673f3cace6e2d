import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listModels } from "../../src/workflows/list.ts";
import { resolveModel } from "../../src/workflows/resolve.ts";
import { validateChange } from "../../src/workflows/validate.ts";
import { readHistory } from "../../src/workflows/history.ts";
import { aModel, aRegistry, aStage, aVersion, textOf } from "../builders/manifests.ts";
import { newWorkspace, type Workspace } from "../builders/workspace.ts";

/** Registries that differ in size alone: what one question costs must not. */
function fill(workspace: Workspace, models: number, versions: number): void {
  workspace.write(
    "modeltrail.yaml",
    textOf(aRegistry([{ name: "staging" }, { name: "production", after: ["staging"] }])),
  );
  for (let m = 0; m < models; m += 1) {
    const name = `model-${m}`;
    workspace.write(`models/${name}/model.yaml`, textOf(aModel(name)));
    for (let v = 0; v < versions; v += 1)
      workspace.write(`models/${name}/versions/1.${v}.0.yaml`, textOf(aVersion(name, `1.${v}.0`)));
    for (const stage of ["staging", "production"])
      workspace.write(
        `models/${name}/stages/${stage}/stage.yaml`,
        textOf(aStage(stage, aVersion(name, "1.0.0"))),
      );
  }
  workspace.git("add", ".");
  workspace.git("commit", "--quiet", "-m", "fill");
  workspace.git("switch", "--quiet", "-c", "change");
  workspace.write(
    "models/model-0/stages/staging/stage.yaml",
    textOf(aStage("staging", aVersion("model-0", "1.1.0"))),
  );
  workspace.git("commit", "--quiet", "-am", "promote");
}

describe("what an answer costs", () => {
  const registries: Workspace[] = [];
  beforeAll(() => {
    for (const [models, versions] of [
      [2, 2],
      [60, 4],
      [2, 120],
    ] as const) {
      const workspace = newWorkspace();
      fill(workspace, models, versions);
      registries.push(workspace);
    }
  }, 120_000);
  afterAll(async () => {
    for (const workspace of registries) await workspace.dispose();
  });

  it("resolving a stage reads one commit, a few trees and two blobs, whatever the registry holds", async () => {
    for (const workspace of registries) {
      const context = await workspace.open();
      await resolveModel(context, "model-0@production");
      expect(context.repository.counters).toEqual({ commits: 1, trees: 7, blobs: 2 });
    }
  });

  it("judging a promotion reads what changed and its siblings", async () => {
    const costs: unknown[] = [];
    for (const workspace of registries) {
      const context = await workspace.open();
      expect(await validateChange(context, { base: "main", head: "change" }, "none")).toMatchObject({
        verdict: "pass",
      });
      costs.push({ ...context.repository.counters });
    }
    expect(costs[1]).toEqual(costs[0]);
    expect(costs[2]).toEqual(costs[0]);
    const [cost] = costs as { commits: number; trees: number; blobs: number }[];
    expect(cost?.trees).toBeLessThanOrEqual(14);
    expect(cost?.blobs).toBeLessThanOrEqual(10);
  });

  it("listing reads one blob a filled stage, and no version", async () => {
    const [, many] = registries;
    const context = await many?.open();
    if (context === undefined) throw new Error("no registry");
    expect((await listModels(context)).models).toHaveLength(60);
    expect(context.repository.counters.blobs).toBe(60 * 2 + 1);
  });

  it("the history of one model does not read the others", async () => {
    const costs: number[] = [];
    for (const workspace of registries) {
      const context = await workspace.open();
      const { events } = await readHistory(context, { model: "model-0", stage: "staging" });
      expect(events.map((event) => event.to)).toEqual(["1.1.0", "1.0.0"]);
      costs.push(context.repository.counters.blobs);
    }
    expect(new Set(costs)).toEqual(new Set([3]));
  });
});
