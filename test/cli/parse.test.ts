import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  parseDataset,
  parseLabels,
  parseMetric,
  parseMoment,
  parseParent,
  parseRun,
  readMetricsFile,
} from "../../src/cli/parse.ts";
import { newWorkspace, type Workspace } from "../builders/workspace.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;

describe("what is typed behind options", () => {
  it.each([
    ["auc=0.934", { name: "auc", value: 0.934 }],
    ["auc@holdout-2026=1e-3", { name: "auc", value: 0.001, dataset: "holdout-2026" }],
    ["loss@a=b=-2", { name: "loss", value: -2, dataset: "a=b" }],
  ])("--metric %s", (text, metric) => expect(parseMetric(text)).toEqual(metric));

  it.each(["auc", "auc=", "=1", "auc=x", "auc=1e999", "auc=NaN"])("refuses --metric %s", (text) => {
    expect(() => parseMetric(text)).toThrow(expect.objectContaining({ code: "USAGE" }));
  });

  it.each([
    ["tx", { name: "tx" }],
    ["tx=s3://data/a@b/", { name: "tx", uri: "s3://data/a@b/" }],
    [`tx=s3://data/?v=1@${DIGEST}`, { name: "tx", uri: "s3://data/?v=1", digest: DIGEST }],
    ["tx=https://me:secret@data/", { name: "tx", uri: "https://***@data/" }],
  ])("--dataset %s", (text, dataset) => expect(parseDataset(text)).toEqual(dataset));

  it("labels, parents and runs", () => {
    expect(parseLabels(["team=risk", "note=a=b"])).toEqual({ team: "risk", note: "a=b" });
    expect(parseLabels(["__proto__=x"])).toEqual(Object.fromEntries([["__proto__", "x"]]));
    expect(parseParent("risk/base@2.0.1")).toEqual({ model: "risk/base", version: "2.0.1" });
    expect(parseRun("https://me:secret@mlflow/1")).toEqual({ url: "https://***@mlflow/1" });
  });

  it.each([
    ["2026-11-20", new Date(2026, 10, 20)],
    ["2026-11-20T10:15", new Date(2026, 10, 20, 10, 15)],
    ["2026-11-20T10:15:00Z", new Date(Date.UTC(2026, 10, 20, 10, 15))],
    ["2026-11-20T10:15:00+02:00", new Date(Date.UTC(2026, 10, 20, 8, 15))],
  ])("--at %s", (text, moment) => expect(parseMoment("--at", text)).toEqual(moment));

  it.each(["yesterday", "1", "2026-13-01", "20 Nov 2026", ""])("refuses --at %j", (text) => {
    expect(() => parseMoment("--at", text)).toThrow(expect.objectContaining({ code: "USAGE" }));
  });
});

describe("--metrics", () => {
  let workspace: Workspace;
  beforeEach(() => {
    workspace = newWorkspace();
  });
  afterEach(() => workspace.dispose());
  const read = (text: string): Promise<unknown> => {
    const path = join(workspace.folder, "metrics.json");
    writeFileSync(path, text);
    return readMetricsFile(path);
  };

  it("reads an object of numbers, or a list", async () => {
    expect(await read('{"auc": 0.9, "loss": 1}')).toEqual([
      { name: "auc", value: 0.9 },
      { name: "loss", value: 1 },
    ]);
    expect(await read('[{"name": "auc", "value": 0.9, "dataset": "d"}]')).toEqual([
      { name: "auc", value: 0.9, dataset: "d" },
    ]);
  });

  it.each([
    "",
    "3",
    '{"auc": "0.9"}',
    '[{"name": "auc"}]',
    '[{"name": "auc", "value": 1, "extra": 2}]',
    "[null]",
    "null",
  ])("refuses %j", async (text) => {
    await expect(read(text)).rejects.toMatchObject({ code: "USAGE" });
  });
});
