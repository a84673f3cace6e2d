import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { recordAudit } from "../../../src/workflows/audit/record.ts";
import { verifyAudit, type VerifyOptions } from "../../../src/workflows/audit/verify.ts";
import { aModel, codes, textOf } from "../../builders/manifests.ts";
import { newRegistry, type Workspace } from "../../builders/workspace.ts";
import { openOn } from "../../servers/s3-store.ts";
import { type S3Server, startS3, TEST_CREDENTIALS } from "../../servers/s3.ts";

let workspace: Workspace;
let first: string;
beforeEach(async () => {
  workspace = await newRegistry();
  first = readPolicy();
  describeModel("one");
  describeModel("two");
  await recordAudit(await workspace.open());
});
afterEach(() => workspace.dispose());

const OLD = "file:.modeltrail/artifacts/";

function readPolicy(): string {
  return readFileSync(join(workspace.folder, "modeltrail.yaml"), "utf8");
}

function commit(path: string, text: string): void {
  workspace.write(path, text);
  workspace.git("add", path);
  workspace.git("commit", "--quiet", "-m", text.slice(0, 40));
}

function describeModel(description: string): void {
  commit("models/fraud/model.yaml", textOf(aModel("fraud", { description })));
}

/** Both branches anew, with another history of the model. */
async function rewrite(policy: string): Promise<void> {
  workspace.git("branch", "--quiet", "-D", "modeltrail-audit");
  workspace.git("reset", "--quiet", "--hard", "HEAD~2");
  describeModel("never");
  commit("modeltrail.yaml", policy);
  await recordAudit(await workspace.open(), { anchor: false });
}

async function verify(options: VerifyOptions = {}): Promise<readonly string[]> {
  return codes((await verifyAudit(await workspace.open(), options)).findings);
}

describe("anchors are compared", () => {
  it("where the policy said before that they are", async () => {
    await rewrite(first.replace(OLD, "file:elsewhere/"));
    expect(await verify()).toEqual(["AUDIT_ANCHOR_DIFFERS"]);
    const { stores } = await verifyAudit(await workspace.open());
    expect(stores).toEqual([
      { uri: "file:elsewhere/", anchors: 0, older: 0 },
      { uri: OLD, anchors: 1, older: 0 },
    ]);
    // For whom those are no anchors of theirs: an auditor names the stores that count.
    expect(await verify({ anchor: false, anchors: ["file:elsewhere/"] })).toEqual([]);
  });

  it("under the name that the audit branch had before", async () => {
    await rewrite(`${first}  audit:\n    branch: "anew"\n`);
    expect(await verify()).toEqual(["AUDIT_ANCHOR_DIFFERS"]);
  });

  it("of a former branch with the main branch alone, whatever else is below its name", async () => {
    commit("modeltrail.yaml", `${first}  audit:\n    branch: "anew"\n`);
    workspace.git("branch", "--quiet", "-D", "modeltrail-audit");
    await recordAudit(await workspace.open());
    expect(await verifyAudit(await workspace.open())).toMatchObject({ anchors: 2, findings: [] });
  });

  it("in the store that an auditor names, though the whole history was made anew", async () => {
    workspace.git("branch", "--quiet", "-D", "modeltrail-audit");
    workspace.git("switch", "--quiet", "--orphan", "fresh");
    commit("modeltrail.yaml", `${first.replace(OLD, "file:elsewhere/")}  audit:\n    branch: "trail"\n`);
    workspace.git("branch", "--quiet", "--move", "--force", "fresh", "main");
    await recordAudit(await workspace.open());
    expect(await verify()).toEqual([]);
    const address = `file:${join(workspace.folder, ".modeltrail/artifacts")}`;
    expect(await verify({ anchors: [address] })).toEqual(["AUDIT_ANCHOR_DIFFERS"]);
    expect(await verify({ anchors: [OLD] })).toEqual(["AUDIT_ANCHOR_DIFFERS"]);
  });

  it("or it is open whether all is well, unless something differs anyhow", async () => {
    commit("modeltrail.yaml", first.replace(OLD, "file:elsewhere/"));
    await recordAudit(await workspace.open());
    rmSync(join(workspace.folder, ".modeltrail"), { recursive: true, force: true });
    writeFileSync(join(workspace.folder, ".modeltrail"), "a file");
    await expect(verify()).rejects.toMatchObject({ code: "STORAGE" });
    expect(await verify({ anchor: false })).toEqual([]);
    workspace.git("switch", "--quiet", "modeltrail-audit");
    workspace.git("commit", "--quiet", "--allow-empty", "-m", "x");
    workspace.git("switch", "--quiet", "main");
    expect(await verifyAudit(await workspace.open())).toMatchObject({
      anchors: 1,
      stores: [{ anchors: 1 }, { uri: OLD, anchors: "unknown", problem: expect.any(String) as string }],
      findings: [{ code: "AUDIT_FOREIGN_CHANGE" }],
    });
  });
});

describe("a folder that was given in full and is not there", () => {
  it("cannot be reached, by hand or by a policy, where a relative one is only not here", async () => {
    const folder = join(workspace.folder, "../artifacts");
    const named = verify({ anchors: [`file:${folder}`] });
    await expect(named).rejects.toMatchObject({ code: "STORAGE", hint: expect.any(String) as string });
    mkdirSync(folder);
    expect(await verify({ anchors: [`file:${folder}`] })).toEqual([]);
    commit("modeltrail.yaml", first.replace(OLD, `file:${folder}/`));
    expect(await verify()).toEqual([]);
    rmSync(folder, { recursive: true });
    await expect(verify()).rejects.toMatchObject({ code: "STORAGE" });
    rmSync(join(workspace.folder, ".modeltrail"), { recursive: true });
    expect(await verify({ anchor: false, anchors: [OLD] })).toEqual([]);
  });
});

describe("anchors in S3", () => {
  let server: S3Server;
  beforeEach(async () => {
    server = await startS3();
    for (const [name, key] of [
      ["AWS_ACCESS_KEY_ID", TEST_CREDENTIALS.accessKeyId],
      ["AWS_SECRET_ACCESS_KEY", TEST_CREDENTIALS.secretAccessKey],
    ] as const)
      vi.stubEnv(name, key);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await server.close();
  });

  it("are compared, page by page, by the address alone", async () => {
    const { endpoint, bucket } = server;
    const uri = `s3://${bucket}/registry/`;
    const storage = `{uri: "${uri}", region: "us-east-1", endpoint: "${endpoint}", forcePathStyle: true}`;
    commit("modeltrail.yaml", first.replace(/storage:\n( {4}.*\n)+/, `storage: ${storage}\n`));
    const host = join(workspace.folder, "../host.git");
    workspace.git("clone", "--quiet", "--bare", ".", host);
    workspace.git("remote", "add", "origin", host);
    for (const description of ["a", "b", "c", "d", "e", "f", "g"]) {
      describeModel(description);
      workspace.git("push", "--quiet", "origin", "main");
      await recordAudit(await workspace.open());
    }
    const address = `${uri}?region=us-east-1&endpoint=${endpoint}&forcePathStyle=true`;
    const options = { anchor: false, anchors: [address] };
    expect(await verifyAudit(await workspace.open(), options)).toMatchObject({ anchors: 7, findings: [] });
    const store = openOn(server);
    await store.putRecord(".audit/modeltrail-audit/000009999.json", "x".repeat(70_000));
    await store.close();
    expect(await verify(options)).toEqual(["AUDIT_ANCHOR_UNREADABLE"]);
    await server.close();
    await expect(verify(options)).rejects.toMatchObject({ code: "NETWORK" });
  });
});
