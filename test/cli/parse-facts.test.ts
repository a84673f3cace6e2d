import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  parseDataset,
  parseLabels,
  parseMetric,
  parseParent,
  parseRun,
  readMetricsFile,
} from "../../src/cli/parse-facts.ts";
import { newWorkspace, type Workspace } from "../builders/workspace.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;

describe("what is typed behind options", () => {
  it.each([
    ["auc=0.934", { name: "auc", value: 0.934 }],
    ["auc@holdout-2026=1e-3", { name: "auc", value: 0.001, dataset: "holdout-2026" }],
    ["loss@a=b=-2", { name: "loss", value: -2, dataset: "a=b" }],
    ["auc=1.10", { name: "auc", value: 1.1 }],
    ["auc=+.5", { name: "auc", value: 0.5 }],
    ["auc=-0.0", { name: "auc", value: 0 }],
    ["steps=1E5", { name: "steps", value: 100_000 }],
  ])("--metric %s", (text, metric) => expect(parseMetric(text)).toEqual(metric));

  it.each(["auc", "auc=", "=1", "auc=x", "auc=1e999", "auc=NaN", "auc=.", "auc=0x10", "auc=1_000"])(
    "refuses --metric %s",
    (text) => {
      expect(() => parseMetric(text)).toThrow(expect.objectContaining({ code: "USAGE" }));
    },
  );

  it.each(["auc=0.1234567890123456789", "auc=9007199254740993", "auc=0.10000000000000001", "auc=1e-400"])(
    "refuses to round --metric %s",
    (text) => {
      expect(() => parseMetric(text)).toThrow(expect.objectContaining({ code: "USAGE" }));
    },
  );

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
    expect(parseParent("risk/base@production")).toEqual({ model: "risk/base", version: "production" });
    expect(() => parseLabels(["team=a", "team=b"])).toThrow(expect.objectContaining({ code: "USAGE" }));
    expect(parseRun("https://me:secret@mlflow/1")).toEqual({ url: "https://***@mlflow/1" });
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

  it("reads either of them under the one field metrics, which may be a metric's name as well", async () => {
    const auc = [{ name: "auc", value: 0.9 }];
    expect(await read('{"metrics": {"auc": 0.9}}')).toEqual(auc);
    expect(await read('\uFEFF{"metrics": [{"value": 0.9, "name": "auc"}]}\r\n')).toEqual(auc);
    expect(await read('{"metrics": 0.9}')).toEqual([{ name: "metrics", value: 0.9 }]);
    expect(await read("{}")).toEqual([]);
    expect(await read('{"\\u0061\\n\\"": 1}')).toEqual([{ name: 'a\n"', value: 1 }]);
  });

  it.each([
    ["1.10", 1.1],
    ["0.30000000000000004", 0.1 + 0.2],
    ["1e-07", 1e-7],
    ["-2.5E+3", -2500],
    ["1e22", 1e22],
    ["10000000000000000000000", 1e22],
    ["1.7976931348623157e308", Number.MAX_VALUE],
    ["5e-324", 5e-324],
    ["-0.0", 0],
    ["0e400", 0],
  ])("keeps %s", async (text, value) => {
    expect(await read(`{"auc": ${text}}`)).toEqual([{ name: "auc", value }]);
  });

  it.each([
    ["", 1],
    ["3", 1],
    ["null", 1],
    ["[null]", 1],
    ['{"auc": "0.9"}', 1],
    ['{"auc": true}', 1],
    ['{"auc": {"holdout": 0.9}}', 1],
    ['{"metrics": {"auc": 0.9}, "run": 3}', 1],
    ['[{"name": "auc"}]', 1],
    ['[{"name": "auc", "value": 1},\n {"name": "auc", "value": 1, "extra": 2}]', 2],
    ['[{"name": "auc", "value": 1, "dataset": 3}]', 1],
    ['{\n"a": 1,\n"b": NaN}', 3],
    ['{"a": 1,\n"b": -Infinity}', 2],
    ['{"a": 1e400}', 1],
    ['{"a": 1e-400}', 1],
    ['{"a": 1,\n\n"b": 0.1234567890123456789}', 3],
    ['{"a": 12345678901234567890}', 1],
    ['{"auc": 0.9,\n"loss": 1,\n"auc": 0.95}', 3],
    ['{"auc": 0.9, "\\u0061uc": 0.95}', 1],
    ['{"auc": 0.9,}', 1],
    ['{"auc": 01}', 1],
    ['{"auc": .5}', 1],
    ['{"auc": 1} {"auc": 1}', 1],
    ['{"auc": 1', 1],
    ["{'auc': 1}", 1],
    ["[".repeat(5000), 1],
  ])("refuses %j, naming line %i", async (text, line) => {
    await expect(read(text)).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining(`metrics.json:${line}: `),
    });
  });

  it("says what is wrong with a number", async () => {
    await expect(read('{"auc": NaN}')).rejects.toThrow(/NaN is no number/);
    await expect(read('{"auc": 0.1234567890123456789}')).rejects.toThrow(
      /"auc" has more digits than can be kept/,
    );
    await expect(read('{"auc": 1, "auc": 2}')).rejects.toThrow(/"auc" stands twice/);
  });

  it.each([
    ['{"metrics": {"auc": 1}, "epoch": 3}', "epoch"],
    ['{"epoch": 3,\n"metrics": []}', "epoch"],
  ])("says that metrics stand alone, or not in a field of that name: %s", async (text, other) => {
    await expect(read(text)).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringMatching(`metrics.json:1: "metrics" holds the metrics.*"${other}"`),
    });
    expect(await read('{"metrics": 0.9, "epoch": 3}')).toHaveLength(2);
  });

  it("says which file is missing", async () => {
    await expect(readMetricsFile(join(workspace.folder, "none.json"))).rejects.toMatchObject({
      code: "USAGE",
    });
  });
});
