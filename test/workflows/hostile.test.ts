import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { openContext } from "../../src/composition/open-context.ts";
import { gateStage } from "../../src/workflows/gate.ts";
import { listModels } from "../../src/workflows/list.ts";
import { promoteVersion } from "../../src/workflows/promote.ts";
import { resolveModel } from "../../src/workflows/resolve.ts";
import { showModel } from "../../src/workflows/show.ts";
import { validateChange, validateWorkTree } from "../../src/workflows/validate.ts";
import { aModel, aRegistry, aStage, aVersion, textOf } from "../builders/manifests.ts";
import { newWorkspace, TEST_ENV, type Workspace } from "../builders/workspace.ts";

const open: Workspace[] = [];
afterEach(async () => {
  for (const workspace of open.splice(0)) await workspace.dispose();
});

const good = aVersion("good", "1.0.0");

function goodRegistry(): Workspace {
  const workspace = newWorkspace();
  open.push(workspace);
  workspace.write("modeltrail.yaml", textOf(aRegistry([{ name: "staging" }])));
  workspace.write("models/good/model.yaml", textOf(aModel("good")));
  workspace.write("models/good/versions/1.0.0.yaml", textOf(good));
  workspace.write("models/good/stages/staging/stage.yaml", textOf(aStage("staging", good)));
  workspace.git("add", ".");
  workspace.git("commit", "--quiet", "-m", "good");
  return workspace;
}

interface HostileEntry {
  readonly path: string;
  readonly mode: string;
  readonly content: string | Buffer;
}

/** Commits entries that no checkout could make, on a branch of their own. */
function commitHostile(workspace: Workspace, entries: readonly HostileEntry[]): void {
  const parts: (string | Buffer)[] = [
    "commit refs/heads/hostile\ncommitter Eve <eve@example.com> 1700000000 +0000\ndata 4\nevil\nfrom refs/heads/main^0\n",
  ];
  for (const { path, mode, content } of entries) {
    const name = `"${path.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n").replaceAll("\u001b", "\\033")}"`;
    if (mode === "160000") parts.push(`M 160000 ${content.toString()} ${name}\n`);
    else parts.push(`M ${mode} inline ${name}\ndata ${Buffer.byteLength(content)}\n`, content, "\n");
  }
  execFileSync("git", ["fast-import", "--quiet", "--force"], {
    cwd: workspace.folder,
    env: TEST_ENV,
    input: Buffer.concat(parts.map((part) => Buffer.from(part))),
  });
}

const stagePath = "models/evil/stages/staging/stage.yaml";
const cases: readonly [string, readonly HostileEntry[]][] = [
  [
    "a symbolic link in place of a stage",
    [{ path: stagePath, mode: "120000", content: "../../../good/stages/staging/stage.yaml" }],
  ],
  [
    "a symbolic link in place of a model's folder",
    [{ path: "models/evil", mode: "120000", content: "good" }],
  ],
  ["a submodule in place of a stage", [{ path: stagePath, mode: "160000", content: "1".repeat(40) }]],
  [
    "a submodule in place of a version",
    [{ path: "models/evil/versions/1.0.0.yaml", mode: "160000", content: "1".repeat(40) }],
  ],
  [
    "a submodule in place of models",
    [{ path: "models/evil/stages", mode: "160000", content: "1".repeat(40) }],
  ],
  ["names with backslashes", [{ path: "models/evil/versions/..\\..\\x.yaml", mode: "100644", content: "x" }]],
  [
    "names that are commands of a runner",
    [{ path: "models/evil/versions/::error::x.yaml", mode: "100644", content: "x" }],
  ],
  [
    "names with escapes and line breaks",
    [{ path: "models/evil/versions/\u001b[31m\n1.yaml", mode: "100644", content: "x" }],
  ],
  [
    "a stage file of five megabytes",
    [{ path: stagePath, mode: "100644", content: Buffer.alloc(5_000_000, "a") }],
  ],
  [
    "a thousand brackets",
    [
      { path: stagePath, mode: "100644", content: "[".repeat(1000) },
      { path: "models/evil/model.yaml", mode: "100644", content: "[".repeat(1000) },
    ],
  ],
  ["complex keys", [{ path: stagePath, mode: "100644", content: "? ".repeat(500) }]],
  [
    "a bomb of aliases",
    [{ path: stagePath, mode: "100644", content: "a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n" }],
  ],
  [
    "bytes that are no text",
    [{ path: stagePath, mode: "100644", content: Buffer.from([0xff, 0xfe, 0x00, 0x80]) }],
  ],
  [
    "two documents",
    [
      {
        path: stagePath,
        mode: "100644",
        content: `${textOf(aStage("staging", good))}---\n${textOf(aStage("staging", good))}`,
      },
    ],
  ],
  [
    "a folder in place of a manifest",
    [{ path: "models/evil/versions/1.0.0.yaml/x", mode: "100644", content: "x" }],
  ],
  ["a file in place of a folder", [{ path: "models/evil/stages", mode: "100644", content: "x" }]],
  [
    "names of object properties",
    [
      { path: "models/evil/versions/__proto__.yaml", mode: "100644", content: "x" },
      { path: "models/constructor/model.yaml", mode: "100644", content: "x" },
    ],
  ],
];

describe("a hostile commit", () => {
  it.each(cases)("with %s is refused, and the other models are read as before", async (_, entries) => {
    const workspace = goodRegistry();
    commitHostile(
      workspace,
      [
        ...entries,
        { path: "models/evil/model.yaml", mode: "100644", content: textOf(aModel("evil")) },
      ].filter(
        (entry, index, all) =>
          all.findIndex((other) => other.path === entry.path) === index &&
          !all.some((other) => entry.path.startsWith(`${other.path}/`)),
      ),
    );
    const context = await workspace.open();
    const verdict = await validateChange(context, { base: "main", head: "hostile" }, "none");
    expect(verdict.verdict).toBe("fail");
    expect(
      verdict.gates.flatMap((gate) => gate.findings).every((finding) => finding.message.length < 2000),
    ).toBe(true);
    const list = await listModels(context, { ref: "hostile" });
    expect(list.models.find((row) => row.model === "good")).toEqual({
      model: "good",
      stages: { staging: "1.0.0" },
      latest: "1.0.0",
      versions: 1,
      broken: false,
    });
    expect(await resolveModel(context, "good@staging", { ref: "hostile" })).toMatchObject({
      version: "1.0.0",
    });
    expect((await showModel(context, "good", { ref: "hostile" })).findings).toEqual([]);
    await expect(resolveModel(context, "evil@staging", { ref: "hostile" })).rejects.toMatchObject({
      name: "ModeltrailError",
    });
  });
});

describe("a policy that is a symbolic link", () => {
  it("is not read, though the text of the link is a whole policy", async () => {
    const workspace = goodRegistry();
    const policy = textOf(aRegistry([{ name: "staging" }, { name: "production" }]));
    commitHostile(workspace, [{ path: "modeltrail.yaml", mode: "120000", content: policy }]);
    workspace.git("update-ref", "refs/heads/main", "refs/heads/hostile");
    const context = await workspace.open();
    await expect(gateStage(context, "good@staging")).rejects.toMatchObject({ code: "BROKEN_MANIFEST" });
    await expect(promoteVersion(context, "good@1.0.0", "production")).rejects.toMatchObject({
      code: "BROKEN_MANIFEST",
    });
  });
});

describe("a registry in a sub-folder", () => {
  it("is found from below, and judged apart from the rest of the repository", async () => {
    const workspace = newWorkspace();
    open.push(workspace);
    const version = aVersion("good", "1.0.0");
    workspace.write("platform/registry/modeltrail.yaml", textOf(aRegistry([{ name: "staging" }])));
    workspace.write("platform/registry/models/good/model.yaml", textOf(aModel("good")));
    workspace.write("platform/registry/models/good/versions/1.0.0.yaml", textOf(version));
    workspace.write("models/not-ours/stages/x/stage.yaml", "anything: [");
    workspace.git("add", ".");
    workspace.git("commit", "--quiet", "-m", "one");
    workspace.git("switch", "--quiet", "-c", "next");
    workspace.write(
      "platform/registry/models/good/stages/staging/stage.yaml",
      textOf(aStage("staging", version)),
    );
    workspace.write("models/not-ours/versions/1.0.0.yaml", "anything: [");
    workspace.git("add", ".");
    workspace.git("commit", "--quiet", "-m", "two");
    const below = {
      cwd: join(workspace.folder, "platform/registry/models/good"),
      env: TEST_ENV,
      now: () => new Date(),
    };
    const found = await openContext({
      ...below,
      notices: { warn: () => undefined, hint: () => undefined, progress: () => undefined },
    });
    expect(found.prefix).toBe("platform/registry/");
    expect((await workspace.open("platform/registry")).prefix).toBe("platform/registry/");
    expect(await resolveModel(found, "good@staging")).toMatchObject({ version: "1.0.0" });
    expect(await validateChange(found, { base: "main", head: "next" }, "none")).toMatchObject({
      verdict: "pass",
      transitions: [{ kind: "promote" }],
    });
    expect(await validateWorkTree(found, "none")).toMatchObject({ verdict: "pass", models: 1 });
    await found.repository.close();
  });
});

describe("a change that brings a name which collides", () => {
  it.each([
    ["a new model alone", false],
    ["a new model, and the older one as well", true],
  ])("%s: the finding stands at the new one", async (_, both) => {
    const workspace = newWorkspace();
    open.push(workspace);
    workspace.write("modeltrail.yaml", textOf(aRegistry([{ name: "prod" }, { name: "eu-prod" }])));
    workspace.write("models/fraud-eu/model.yaml", textOf(aModel("fraud-eu")));
    workspace.git("add", ".");
    workspace.git("commit", "--quiet", "-m", "older");
    workspace.git("switch", "--quiet", "-c", "newer");
    workspace.write("models/fraud/model.yaml", textOf(aModel("fraud")));
    if (both) workspace.write("models/fraud-eu/model.yaml", textOf(aModel("fraud-eu", { description: "x" })));
    workspace.git("add", ".");
    workspace.git("commit", "--quiet", "-m", "newer");
    const { gates } = await validateChange(await workspace.open(), { base: "main", head: "newer" }, "none");
    const collisions = gates.flatMap(({ findings }) =>
      findings.filter(({ code }) => code === "NAME_COLLISION"),
    );
    expect(collisions.map(({ file }) => file)).toEqual(["models/fraud/model.yaml"]);
  });
});
