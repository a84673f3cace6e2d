import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readLog } from "../../../src/workflows/audit/log.ts";
import { recordAudit } from "../../../src/workflows/audit/record.ts";
import { verifyAudit } from "../../../src/workflows/audit/verify.ts";
import { readHistory } from "../../../src/workflows/history.ts";
import { aModel, aStage, aVersion, textOf } from "../../builders/manifests.ts";
import { newRegistry, type Workspace } from "../../builders/workspace.ts";

const ALONE = { anchor: false } as const;
const STAGE = "models/fraud/stages/staging/stage.yaml";

let workspace: Workspace;
beforeEach(async () => {
  workspace = await newRegistry();
  workspace.write("models/fraud/model.yaml", textOf(aModel("fraud")));
  for (const version of ["1.0.0", "1.1.0"])
    workspace.write(`models/fraud/versions/${version}.yaml`, textOf(aVersion("fraud", version)));
  commit("begin");
});
afterEach(() => workspace.dispose());

function commit(message: string): void {
  workspace.git("add", "-A", "models");
  workspace.git("commit", "--quiet", "-m", message);
}

function promote(version: string): void {
  workspace.git("rm", "--quiet", "--ignore-unmatch", STAGE);
  workspace.write(STAGE, textOf(aStage("staging", aVersion("fraud", version))));
  commit(version);
}

describe("a stage that is broken", () => {
  it.each(["by a text that is no manifest", "by a link"])("%s is told as lost", async (way) => {
    promote("1.0.0");
    if (way === "by a link") {
      workspace.git("rm", "--quiet", STAGE);
      workspace.write("models/fraud/stages/staging/kustomization.yaml", "x: 1\n");
      symlinkSync("kustomization.yaml", join(workspace.folder, STAGE));
    } else workspace.write(STAGE, "nothing: [\n");
    commit("broken");
    promote("1.1.0");
    await recordAudit(await workspace.open(), ALONE);
    const { entries } = await readLog(await workspace.open(), { stage: "staging" });
    const audited = entries.map(({ entry }) => [entry.from, entry.wasBroken, entry.to]);
    const { events } = await readHistory(await workspace.open(), { model: "fraud", stage: "staging" });
    expect(events.map(({ from, wasBroken, to }) => [from, wasBroken, to])).toEqual(audited);
    expect(audited).toEqual([
      [undefined, true, "1.1.0"],
      ["1.0.0", undefined, undefined],
      [undefined, undefined, "1.0.0"],
    ]);
    expect(events[1]).toMatchObject({ broken: true });
    expect(entries[1]?.entry).toMatchObject({ kind: "edit", file: STAGE, from: "1.0.0" });
    expect(workspace.git("log", "--format=%s", "modeltrail-audit")).toContain(
      "staging: fraud 1.0.0 -> (broken)\n",
    );
    expect((await verifyAudit(await workspace.open(), ALONE)).findings).toEqual([]);
  });
});

describe("files whose names are no UTF-8", () => {
  it("are transitions each, and the same for every recorder", async () => {
    const folder = Buffer.from(join(workspace.folder, "models/fraud/versions/"));
    const write = (name: number, text: string): void =>
      writeFileSync(Buffer.concat([folder, Buffer.from([name]), Buffer.from(".yaml")]), text);
    write(0xff, "x\n");
    commit("one");
    write(0xfe, "x\n");
    write(0xfd, "y\n");
    commit("two more");
    write(0xfe, "z\n");
    commit("an edit");
    const { entries } = await recordAudit(await workspace.open(), ALONE);
    const counts = new Map<string, number>();
    for (const { source } of entries) counts.set(source, (counts.get(source) ?? 0) + 1);
    expect([...counts.values()].slice(-3)).toEqual([1, 2, 1]);
    expect((await verifyAudit(await workspace.open(), ALONE)).findings).toEqual([]);
    workspace.git("branch", "--quiet", "-D", "modeltrail-audit");
    const again = await recordAudit(await workspace.open(undefined, { PATH: "/nowhere" }), ALONE);
    expect(again.entries).toEqual(entries);
  });
});
