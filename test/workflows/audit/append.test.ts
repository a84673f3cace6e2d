import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { recordAudit } from "../../../src/workflows/audit/record.ts";
import { verifyAudit } from "../../../src/workflows/audit/verify.ts";
import { aModel, aVersion, textOf } from "../../builders/manifests.ts";
import { newRegistry, type Workspace } from "../../builders/workspace.ts";
import { entryOf, readForgeries, rechain, rewrite, writeForgeries } from "./forger.ts";

const ALONE = { anchor: false } as const;

let workspace: Workspace;
beforeEach(async () => {
  workspace = await newRegistry();
});
afterEach(() => workspace.dispose());

function register(...versions: readonly string[]): void {
  workspace.write("models/fraud/model.yaml", textOf(aModel("fraud")));
  for (const version of versions)
    workspace.write(`models/fraud/versions/${version}.yaml`, textOf(aVersion("fraud", version)));
  workspace.git("add", "models");
  workspace.git("commit", "--quiet", "-m", versions.join());
}

describe("a branch that ends in the middle of a commit", () => {
  it("is made whole before anything else is put on it", async () => {
    register("1.0.0", "1.1.0");
    const { commit } = await recordAudit(await workspace.open(), ALONE);
    for (const left of [1, 2]) {
      workspace.git("branch", "--quiet", "--force", "modeltrail-audit", `${commit ?? ""}~${left}`);
      const again = await recordAudit(await workspace.open(), ALONE);
      expect(again).toMatchObject({ status: "recorded", commit });
      expect(again.entries).toHaveLength(left);
    }
    workspace.git("branch", "--quiet", "--force", "modeltrail-audit", `${commit ?? ""}~1`);
    register("1.2.0");
    expect((await recordAudit(await workspace.open(), ALONE)).entries).toHaveLength(2);
    expect(await verifyAudit(await workspace.open(), ALONE)).toMatchObject({ findings: [], pending: 0 });
  });

  it("is left alone where its commit has not so many transitions", async () => {
    register("1.0.0");
    await recordAudit(await workspace.open(), ALONE);
    const context = await workspace.open();
    const honest = await readForgeries(context);
    const last = honest.length - 1;
    await writeForgeries(
      context,
      rechain(honest.map((one, at) => (at === last ? rewrite(one, { of: entryOf(one).of + 1 }) : one))),
    );
    await expect(recordAudit(await workspace.open(), ALONE)).rejects.toMatchObject({
      code: "AUDIT_DAMAGED",
    });
  });
});

describe("a commit with hostile names", () => {
  it("gives entries that the next recorder can read", async () => {
    register("1.0.0");
    const deep = `${"\u{e0001}".repeat(60)}/`.repeat(6);
    for (let index = 0; index < 21; index += 1)
      workspace.write(`models/fraud/versions/${index}${deep}x`, "x\n");
    workspace.git("add", "models");
    workspace.git("commit", "--quiet", "-m", "junk");
    expect((await recordAudit(await workspace.open(), ALONE)).status).toBe("recorded");
    expect((await recordAudit(await workspace.open(), ALONE)).status).toBe("unchanged");
    expect((await verifyAudit(await workspace.open(), ALONE)).findings).toEqual([]);
  });
});
