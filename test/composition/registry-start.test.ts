import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findRegistryStart } from "../../src/composition/registry-start.ts";
import { listModels } from "../../src/workflows/list.ts";
import { newRegistry, type Workspace } from "../builders/workspace.ts";

describe("the registry that is named", () => {
  let workspace: Workspace;
  beforeAll(async () => {
    workspace = await newRegistry();
    workspace.git("checkout", "--quiet", "HEAD", "--", ".");
  });
  afterAll(() => workspace.dispose());

  it.each([
    ["git@github.com:acme/models.git", "https://github.com/acme/models;"],
    ["github.example:acme/models", undefined],
    ["ssh://git@ghe.acme.dev:2222/acme/models.git", "https://ghe.acme.dev/acme/models;"],
    ["git://github.com/acme/models/", "https://github.com/acme/models;"],
    ["file:///srv/models.git", "https://github.com/acme/models;"],
    ["github.com/team/registry", "https://github.com/team/registry;"],
    ["", "https://github.com/acme/models)"],
    [" ", "https://github.com/acme/models)"],
    ["nowhere", undefined],
    ["../model.bin", undefined],
  ])("as %j is USAGE, and the hint names what it looks like", async (text, hint = "modeltrail.yaml") => {
    workspace.write("../model.bin", "weights\n");
    await expect(workspace.open(text)).rejects.toMatchObject({
      code: "USAGE",
      hint: expect.stringContaining(hint),
    });
  });

  it("may be its file, there or only committed", async () => {
    const file = join(workspace.folder, "modeltrail.yaml");
    const { models } = await listModels(await workspace.open(file));
    expect(models).toEqual([]);
    expect(await findRegistryStart("x/modeltrail.yaml", "/srv")).toBe("/srv/x");
  });

  it("is a folder before it is an address", async () => {
    const parent = dirname(workspace.folder);
    mkdirSync(join(parent, "github.com/team/registry"), { recursive: true });
    expect(await findRegistryStart("github.com/team/registry", parent)).toBe(
      join(parent, "github.com/team/registry"),
    );
  });
});
