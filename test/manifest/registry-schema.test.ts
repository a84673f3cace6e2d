import { describe, expect, it } from "vitest";
import { parseStrictManifest } from "../../src/manifest/read-strict.ts";
import { renderManifest } from "../../src/manifest/render.ts";
import type { Registry } from "../../src/manifest/types.generated.ts";
import { encode, REGISTRY } from "./samples.ts";

function read(spec: Partial<Registry["spec"]>): ReturnType<typeof parseStrictManifest> {
  const text = renderManifest({ ...REGISTRY, spec: { ...REGISTRY.spec, ...spec } });
  return parseStrictManifest("Registry", encode(text), "modeltrail.yaml");
}

function places(spec: Partial<Registry["spec"]>): readonly (string | undefined)[] {
  const reading = read(spec);
  return reading.ok ? [] : reading.findings.map(({ pointer }) => pointer);
}

describe("modeltrail.yaml", () => {
  it.each([
    "acme/models",
    "a/b",
    "acme-x/.github",
    "acme/models.gitignore",
    "acme/...",
    "A1/_x-y.z",
    "ada_acme/models",
  ])("takes the repository %s", (github) => {
    expect(places({ forge: { github } })).toEqual([]);
  });

  it.each([
    "acme/models.git",
    "acme/m.GIT",
    "acme/.",
    "acme/..",
    "acme/.git",
    "acme-/x",
    "_acme/x",
    "ada_/x",
    "ada_acme_x/y",
    "-acme/x",
    "acme/",
    "a/b/c",
  ])("refuses the repository %s", (github) => {
    expect(places({ forge: { github } })).toEqual(["/spec/forge/github"]);
  });

  it.each<[apiUrl: string, isTaken: boolean]>([
    ["https://ghe.acme.com/api/v3", true],
    ["https://ghe.acme.com:8443/api/v3", true],
    ["http://127.0.0.1:8080/api/v3", true],
    ["http://localhost/api/v3", true],
    ["http://ghe.acme.com/api/v3", false],
    ["http://localhost.acme.com/api/v3", false],
    ["http://127.0.0.1@acme.com/", false],
  ])("sends a token to %s: %s", (apiUrl, isTaken) => {
    expect(places({ forge: { github: "acme/models", apiUrl } })).toEqual(
      isTaken ? [] : ["/spec/forge/apiUrl"],
    );
  });

  it.each(["main", "release/1.x", "modeltrail-audit", "a.b", "HEADS", "references/x", "a.locks/b"])(
    "takes the branch %s",
    (branch) => {
      expect(places({ branch, audit: { branch: `${branch}-log` } })).toEqual([]);
    },
  );

  it.each(["x.lock", "x.lock/y", "a..b", "a//b", "a/.b", "HEAD", "refs/heads/x", ".a", "a/", "a.", "@{x}"])(
    "refuses the branch %s",
    (branch) => {
      expect(places({ branch, audit: { branch } })).toEqual(["/spec/branch", "/spec/audit/branch"]);
    },
  );

  it("is told in sentences what is wrong", () => {
    const reading = read({
      storage: { uri: "s3://b/p/" },
      branch: "HEAD",
      forge: { github: "acme/models", apiUrl: "http://x.y/" },
    });
    const messages = reading.ok ? [] : reading.findings.map(({ message }) => message);
    expect(messages).toHaveLength(3);
    // One sentence each, and GitHub by its name.
    for (const message of messages) expect(message).not.toMatch(/\. [A-Z]|gitHub/);
    expect(messages.join("\n")).toContain("3 to 63 characters");
  });
});
