import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { openAudit } from "../../../src/workflows/audit/place.ts";
import { recordAudit } from "../../../src/workflows/audit/record.ts";
import { verifyAudit } from "../../../src/workflows/audit/verify.ts";
import { aModel, aRegistry, codes, textOf } from "../../builders/manifests.ts";
import { cloneWorkspace, newWorkspace, type Workspace } from "../../builders/workspace.ts";

const ALONE = { anchor: false } as const;
const HERE = { fetch: false, push: false } as const;
const STAGES = [{ name: "staging" }];

const made: Workspace[] = [];
afterEach(async () => {
  for (const workspace of made.splice(0)) await workspace.dispose();
});

function keep(workspace: Workspace): Workspace {
  made.push(workspace);
  return workspace;
}

function commit(workspace: Workspace, path: string, text: string): void {
  workspace.write(path, text);
  workspace.git("add", "-A");
  workspace.git("commit", "--quiet", "-m", path);
}

function policy(spec: object = {}, name = "acme-models"): string {
  return textOf({ ...aRegistry(STAGES, spec), metadata: { ...aRegistry(STAGES).metadata, name } });
}

function withRegistry(path = "modeltrail.yaml"): Workspace {
  const workspace = keep(newWorkspace());
  commit(workspace, path, policy());
  return workspace;
}

async function nameOf(workspace: Workspace): Promise<string> {
  return (await openAudit(await workspace.open(), HERE)).base;
}

async function verified(workspace: Workspace): ReturnType<typeof verifyAudit> {
  await recordAudit(await workspace.open(), ALONE);
  return verifyAudit(await workspace.open(), ALONE);
}

describe("the main branch of an audit", () => {
  it.each([false, true])("is not what is checked out says (a clone: %s)", async (isClone) => {
    const origin = withRegistry();
    for (const text of ["one", "two", "three"]) commit(origin, "models/fraud/README.md", text);
    await recordAudit(await origin.open(), ALONE);
    const workspace = isClone ? keep(cloneWorkspace(origin.folder)) : origin;
    if (isClone) workspace.git("branch", "--quiet", "modeltrail-audit", "origin/modeltrail-audit");
    workspace.git("switch", "--quiet", "--create", "evil", "main~3");
    commit(workspace, "modeltrail.yaml", policy({ branch: "evil" }));
    expect(await nameOf(workspace)).toBe("main");
    expect(workspace.warnings.join("\n")).toContain('"evil"');
    expect(codes((await verifyAudit(await workspace.open(), ALONE)).findings)).toEqual([]);
    const { main } = await recordAudit(await workspace.open(), { ...ALONE, push: false });
    expect(main).toBe(workspace.git("rev-parse", "main").trim());
  });

  it("is what its own policy says", async () => {
    const workspace = withRegistry();
    commit(workspace, "modeltrail.yaml", policy({ branch: "release" }));
    workspace.git("branch", "release");
    commit(workspace, "models/fraud/README.md", "x");
    expect(await nameOf(workspace)).toBe("release");
    // Each time: whoever reads the usual branch reads something else.
    const { base, defaultBranch } = await verified(workspace);
    expect([base, defaultBranch]).toEqual(["release", "main"]);
    expect(workspace.warnings).toHaveLength(3);
    for (const warning of workspace.warnings) expect(warning).toContain("not of the default branch main");
  });

  it("is no other that does not say so itself", async () => {
    const workspace = withRegistry();
    workspace.git("branch", "frozen");
    commit(workspace, "modeltrail.yaml", policy({ branch: "frozen" }));
    commit(workspace, "models/fraud/README.md", "x");
    expect(await nameOf(workspace)).toBe("main");
    const { main, entries, base } = await verified(workspace);
    expect([main, entries, base]).toEqual([workspace.git("rev-parse", "main").trim(), 3, "main"]);
    expect(workspace.warnings[0]).toContain('"frozen", which does not say so itself');
    commit(workspace, "modeltrail.yaml", policy({ branch: "nowhere" }));
    expect(await nameOf(workspace)).toBe("main");
    expect(workspace.warnings.at(-1)).toContain("there is no such branch");
  });

  it("is what HEAD says where the usual one holds no registry", async () => {
    const workspace = keep(newWorkspace());
    commit(workspace, "README.md", "code");
    workspace.git("switch", "--quiet", "--create", "models");
    commit(workspace, "modeltrail.yaml", policy());
    await expect(openAudit(await workspace.open(), HERE)).rejects.toMatchObject({ code: "NOT_A_REGISTRY" });
    commit(workspace, "modeltrail.yaml", policy({ branch: "models" }));
    expect(await nameOf(workspace)).toBe("models");
  });

  it("is the only one that there is, whatever its name", async () => {
    const workspace = withRegistry();
    workspace.git("branch", "--quiet", "--move", "trunk");
    expect(await nameOf(workspace)).toBe("trunk");
  });
});

describe("a registry that is renamed", () => {
  const FILE = "ml/modeltrail.yaml";

  it("does not begin its history anew unless it says so", async () => {
    const workspace = withRegistry(FILE);
    const record = async () => recordAudit(await workspace.open("ml"), ALONE);
    expect((await record()).branch).toBe("modeltrail-audit-acme-models");
    commit(workspace, FILE, policy({}, "other"));
    await expect(record()).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining("modeltrail-audit-acme-models") as string,
    });
    commit(workspace, FILE, policy({ audit: { branch: "modeltrail-audit-acme-models" } }, "other"));
    expect(await record()).toMatchObject({ status: "recorded", branch: "modeltrail-audit-acme-models" });
    expect(workspace.warnings).toEqual([]);
    commit(workspace, FILE, policy({ audit: { branch: "anew" } }, "other"));
    expect((await record()).entries).toHaveLength(4);
    expect(workspace.warnings.at(-1)).toContain("modeltrail-audit-acme-models");
  });

  it("leaves the branch alone that another took over with its name", async () => {
    const workspace = withRegistry(FILE);
    commit(workspace, FILE, policy({}, "other"));
    commit(workspace, "more/modeltrail.yaml", policy());
    await recordAudit(await workspace.open("more"), ALONE);
    expect(await recordAudit(await workspace.open("ml"), ALONE)).toMatchObject({
      branch: "modeltrail-audit-other",
    });
  });
});

describe("two registries in one repository", () => {
  it("of one name do not share an audit branch", async () => {
    const workspace = withRegistry("a/reg/modeltrail.yaml");
    commit(workspace, "b/reg/modeltrail.yaml", policy());
    await recordAudit(await workspace.open("a/reg"), ALONE);
    const tip = workspace.git("rev-parse", "modeltrail-audit-acme-models");
    await expect(recordAudit(await workspace.open("b/reg"), ALONE)).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining("a/reg/modeltrail.yaml") as string,
      hint: expect.stringContaining("spec.audit.branch of b/reg/modeltrail.yaml") as string,
    });
    expect(workspace.git("rev-parse", "modeltrail-audit-acme-models")).toBe(tip);
    commit(workspace, "b/reg/modeltrail.yaml", policy({ audit: { branch: "trail-b" } }));
    expect(await recordAudit(await workspace.open("b/reg"), ALONE)).toMatchObject({ branch: "trail-b" });
    expect((await recordAudit(await workspace.open("a/reg"), ALONE)).status).toBe("unchanged");
  });

  it("is not what a registry is taken for that came with rules of a model", async () => {
    const workspace = keep(newWorkspace());
    workspace.write(
      "models/fraud/model.yaml",
      textOf(aModel("fraud", { stages: { staging: { require: [] } } })),
    );
    commit(workspace, "modeltrail.yaml", policy());
    const [first] = (await recordAudit(await workspace.open(), ALONE)).entries;
    expect(first?.summary).toBe("config: models/fraud/model.yaml");
    expect((await recordAudit(await workspace.open(), ALONE)).status).toBe("unchanged");
  });
});

describe("a name that no branch can have", () => {
  it.each(["x.lock", "a..b", "HEAD"])("in a policy stops nobody, then or later: %s", async (name) => {
    const workspace = withRegistry();
    commit(workspace, "modeltrail.yaml", policy({ audit: { branch: name } }));
    const record = async () => (await recordAudit(await workspace.open(), ALONE)).branch;
    expect(await record()).toBe("modeltrail-audit");
    commit(workspace, "modeltrail.yaml", policy());
    expect(await record()).toBe("modeltrail-audit");
    workspace.git("branch", "--quiet", "--move", "modeltrail-audit", "x");
    expect(await record()).toBe("modeltrail-audit");
    expect((await verifyAudit(await workspace.open(), ALONE)).findings).toEqual([]);
  });

  it("or of a branch that holds something else, is none that the history was on before", async () => {
    const workspace = withRegistry("ml/modeltrail.yaml");
    commit(workspace, "ml/modeltrail.yaml", policy({ audit: { branch: "notes" } }));
    commit(workspace, "ml/modeltrail.yaml", policy());
    writeFileSync(join(workspace.folder, ".git/refs/heads/notes"), workspace.git("rev-parse", "HEAD:ml"));
    expect((await recordAudit(await workspace.open("ml"), ALONE)).entries).toHaveLength(3);
  });
});

describe("a ref in the audit branch's place", () => {
  it.each(["isomorphic", "native"])("that names a tag is told, whoever reads it (%s)", async (engine) => {
    const workspace = withRegistry();
    await recordAudit(await workspace.open(), ALONE);
    workspace.git("tag", "--annotate", "-m", "x", "x", "modeltrail-audit");
    const tag = workspace.git("rev-parse", "refs/tags/x");
    writeFileSync(join(workspace.folder, ".git/refs/heads/modeltrail-audit"), tag);
    const context = await workspace.open(undefined, engine === "native" ? {} : { PATH: "" });
    expect(context.repository.engine).toBe(engine);
    await expect(verifyAudit(context, ALONE)).rejects.toMatchObject({ code: "AUDIT_DAMAGED" });
  });
});

describe("a branch that is in the way", () => {
  it.each(["modeltrail-audit/x", "trail"])("is named: %s", async (other) => {
    const origin = withRegistry();
    if (other === "trail") commit(origin, "modeltrail.yaml", policy({ audit: { branch: "trail/of" } }));
    origin.git("branch", other);
    const clone = keep(cloneWorkspace(origin.folder));
    const failure = { code: "USAGE", message: expect.stringContaining(other) as string };
    await expect(recordAudit(await clone.open(), ALONE)).rejects.toMatchObject(failure);
    await expect(recordAudit(await origin.open(), ALONE)).rejects.toMatchObject(failure);
  });
});
