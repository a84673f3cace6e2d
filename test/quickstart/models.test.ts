import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

interface Trained {
  readonly name: string;
  readonly folder: string;
  readonly metrics: Readonly<Record<string, number>>;
  readonly live?: Readonly<Record<string, number>>;
}

const SCRIPT = new URL("../../scripts/quickstart/models.mjs", import.meta.url).href;

describe("the models of the quickstart", () => {
  let folder = "";
  let models: readonly Trained[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "modeltrail-models-"));
    const { trainModels } = await import(SCRIPT);
    models = await trainModels(join(folder, "a"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("are what the story needs: one better, one that only looks better, and one of another kind", () => {
    expect(models.map((model) => model.name)).toEqual([
      ...Array<string>(3).fill("fraud-detector"),
      "delivery-times",
    ]);
    const [first, second, third, fourth] = models;
    expect(first?.metrics["auc"]).toBeGreaterThan(0.7);
    expect(second?.metrics["auc"]).toBeGreaterThan((first?.metrics["auc"] ?? 1) + 0.05);
    expect(third?.metrics["auc"]).toBeGreaterThan(0.99);
    expect(third?.live?.["recall"]).toBeLessThan(second?.live?.["recall"] ?? 0);
    expect(fourth?.metrics["r2"]).toBeGreaterThan(0.8);
  });

  it("come out the same, byte for byte, every time", async () => {
    const { trainModels } = await import(SCRIPT);
    const again: readonly Trained[] = await trainModels(join(folder, "b"));
    expect(again.map((model) => model.metrics)).toEqual(models.map((model) => model.metrics));
    for (const [index, model] of models.entries()) {
      for (const file of ["model.safetensors", "config.json"]) {
        expect(await readFile(join(again[index]!.folder, file))).toEqual(
          await readFile(join(model.folder, file)),
        );
      }
    }
  });

  it("are safetensors: the header's length, the header, and exactly the bytes that it names", async () => {
    for (const model of models) {
      const file = await readFile(join(model.folder, "model.safetensors"));
      const start = 8 + Number(file.readBigUInt64LE(0));
      const header = JSON.parse(file.toString("utf8", 8, start)) as Record<
        string,
        { shape: [number]; data_offsets: [number, number] }
      >;
      expect(start % 8).toBe(0);
      let end = 0;
      for (const { shape, data_offsets: offsets } of Object.values(header)) {
        expect(offsets).toEqual([end, end + 4 * shape[0]]);
        [, end] = offsets;
      }
      expect(file.length).toBe(start + end);
    }
  });
});
