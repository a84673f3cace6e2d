import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Enrichment } from "../../../src/audit/enrichment.ts";
import { ModeltrailError } from "../../../src/diagnostics/errors.ts";
import { readLog } from "../../../src/workflows/audit/log.ts";
import { recordAudit } from "../../../src/workflows/audit/record.ts";
import { verifyAudit } from "../../../src/workflows/audit/verify.ts";
import { readHistory } from "../../../src/workflows/history.ts";
import { aRegistry, codes, aModel, aVersion, textOf } from "../../builders/manifests.ts";
import { newRegistry, type Workspace } from "../../builders/workspace.ts";

const ALONE = { anchor: false } as const;

let workspace: Workspace;
beforeEach(async () => {
  workspace = await newRegistry();
});
afterEach(() => workspace.dispose());

function register(version: string): string {
  workspace.write("models/fraud/model.yaml", textOf(aModel("fraud")));
  workspace.write(`models/fraud/versions/${version}.yaml`, textOf(aVersion("fraud", version)));
  workspace.git("add", "models");
  workspace.git("commit", "--quiet", "-m", version);
  return workspace.git("rev-parse", "HEAD").trim();
}

function known(number: number): Enrichment {
  const url = `https://github.com/acme/models/pull/${number}`;
  return {
    pullRequest: { number, url, title: `Register\n[skip ci]`, author: "ada", mergedBy: "grace" },
    approvals: [{ login: "grace", at: "2026-11-20T10:15:00Z" }],
    run: { id: "7", url: "https://github.com/acme/models/actions/runs/7" },
    gates: { artifact: { state: "pass", description: "1 file" } },
    recordedAt: "2026-11-20T10:16:00Z",
  };
}

describe("enrichment", () => {
  it("stands beside the entries, outside of the chain, and is shown with them", async () => {
    const source = register("1.0.0");
    const asked: string[] = [];
    const enrich = (oid: string): Promise<Enrichment | undefined> => {
      asked.push(oid);
      return Promise.resolve(oid === source ? known(12) : undefined);
    };
    const { enriched, commit, entries } = await recordAudit(await workspace.open(), { enrich });
    expect({ enriched, asked: asked.length, entries: entries.length }).toEqual({
      enriched: 2,
      asked: 2,
      entries: 3,
    });
    const validate = new Ajv2020({ strict: true }).compile(
      JSON.parse(readFileSync("schemas/audit-enrichment.schema.json", "utf8")) as object,
    );
    const text = workspace.git("show", `${commit}:enrichment/000000/000000002.json`);
    expect(validate(JSON.parse(text)), JSON.stringify(validate.errors)).toBe(true);
    expect(workspace.git("log", "-1", "--format=%an|%cn", "modeltrail-audit").trim()).toBe(
      "modeltrail|modeltrail",
    );

    const { entries: log } = await readLog(await workspace.open(), { limit: 3 });
    expect(log.map(({ enrichment }) => enrichment?.pullRequest?.number)).toEqual([12, 12, undefined]);
    const { events } = await readHistory(await workspace.open(), { model: "fraud" });
    expect(events[0]).toMatchObject({ pullRequest: { number: 12 }, approvedBy: ["grace"] });
    expect((await verifyAudit(await workspace.open())).findings).toEqual([]);
    expect(workspace.git("fsck", "--strict", "--no-dangling")).toBe("");
  });

  it("stands as it was first written, and is made up for where the forge did not answer", async () => {
    register("1.0.0");
    const silent = (): Promise<undefined> => Promise.reject(new ModeltrailError("NETWORK", "no answer"));
    expect(await recordAudit(await workspace.open(), { enrich: silent })).toMatchObject({ enriched: 0 });
    expect(workspace.warnings.join("\n")).toContain("no answer");
    const first = (): Promise<Enrichment> => Promise.resolve(known(1));
    expect(await recordAudit(await workspace.open(), { enrich: first })).toMatchObject({
      status: "unchanged",
      enriched: 3,
    });
    register("1.1.0");
    const second = (): Promise<Enrichment> => Promise.resolve(known(2));
    expect(await recordAudit(await workspace.open(), { enrich: second })).toMatchObject({ enriched: 1 });
    const { entries } = await readLog(await workspace.open());
    expect(entries.map(({ enrichment }) => enrichment?.pullRequest?.number)).toEqual([2, 1, 1, 1]);
    expect(await verifyAudit(await workspace.open())).toMatchObject({
      findings: [],
      pending: 0,
      verified: 4,
    });
  });

  it("that was changed later is named", async () => {
    register("1.0.0");
    await recordAudit(await workspace.open(), { enrich: () => Promise.resolve(known(1)) });
    workspace.git("switch", "--quiet", "modeltrail-audit");
    const path = "enrichment/000000/000000002.json";
    workspace.write(path, readFileSync(`${workspace.folder}/${path}`, "utf8").replace("grace", "mallory"));
    workspace.git("commit", "--quiet", "-am", "x");
    workspace.git("switch", "--quiet", "main");
    expect(codes((await verifyAudit(await workspace.open())).findings)).toEqual(["AUDIT_ENRICHMENT_CHANGED"]);
  });

  it("that is of another commit, or of no entry, is named", async () => {
    register("1.0.0");
    await recordAudit(await workspace.open(), { enrich: () => Promise.resolve(known(1)) });
    const path = "enrichment/000000/000000002.json";
    const text = workspace.git("show", `modeltrail-audit:${path}`);
    const forge = async (change: (text: string) => string, at: string): Promise<readonly string[]> => {
      workspace.git("switch", "--quiet", "--detach", "modeltrail-audit~1");
      workspace.write(at, change(text));
      workspace.git("add", "enrichment");
      workspace.git("commit", "--quiet", "-m", "x");
      workspace.git("branch", "--quiet", "--force", "modeltrail-audit");
      workspace.git("switch", "--quiet", "main");
      return codes((await verifyAudit(await workspace.open(), { anchor: false })).findings);
    };
    const tip = workspace.git("rev-parse", "modeltrail-audit").trim();
    const other = (said: string): string =>
      said.replace(/"source":"[0-9a-f]{40}"/, `"source":"${"e".repeat(40)}"`);
    expect(await forge(other, path)).toEqual(["AUDIT_FOREIGN_CHANGE"]);
    workspace.git("branch", "--quiet", "--force", "modeltrail-audit", tip);
    const unknown = (said: string): string => said.replace('"seq":2', '"seq":77');
    expect(await forge(unknown, "enrichment/000000/000000077.json")).toEqual(["AUDIT_FOREIGN_CHANGE"]);
  });

  it("is shown in a history only where it stands beside the entry that it is about, the first of them", async () => {
    const source = register("1.0.0");
    await recordAudit(await workspace.open(), { enrich: () => Promise.resolve(known(1)) });
    const text = workspace.git("show", "modeltrail-audit:enrichment/000000/000000002.json");
    const forged = text.replaceAll("grace", "mallory");
    workspace.git("switch", "--quiet", "modeltrail-audit");
    for (const seq of [3, 999])
      workspace.write(
        `enrichment/000000/${String(seq).padStart(9, "0")}.json`,
        forged.replace('"seq":2', `"seq":${seq}`),
      );
    workspace.git("add", "enrichment");
    workspace.git("commit", "--quiet", "-m", "x");
    workspace.git("switch", "--quiet", "main");
    const told = async (): Promise<readonly unknown[]> =>
      (await readHistory(await workspace.open(), { model: "fraud" })).events.map(({ commit, approvedBy }) => [
        commit,
        approvedBy,
      ]);
    expect(await told()).toEqual([[source, ["grace"]]]);
    workspace.git("branch", "--quiet", "--force", "modeltrail-audit", "modeltrail-audit~2");
    workspace.git("switch", "--quiet", "modeltrail-audit");
    workspace.write("enrichment/000000/000000999.json", forged.replace('"seq":2', '"seq":999'));
    workspace.git("add", "enrichment");
    workspace.git("commit", "--quiet", "-m", "x");
    workspace.git("switch", "--quiet", "main");
    expect(await told()).toEqual([[source, undefined]]);
  });

  it("is shown in a history whatever its branch is called", async () => {
    workspace.write(
      "modeltrail.yaml",
      textOf(aRegistry([{ name: "staging" }], { audit: { branch: "trail" } })),
    );
    register("1.0.0");
    workspace.git("commit", "--quiet", "-am", "named");
    await recordAudit(await workspace.open(), { ...ALONE, enrich: () => Promise.resolve(known(1)) });
    const { events } = await readHistory(await workspace.open(), { model: "fraud" });
    expect(events[0]).toMatchObject({ pullRequest: { number: 1 } });
  });
});
