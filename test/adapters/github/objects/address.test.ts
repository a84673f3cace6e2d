import { describe, expect, it } from "vitest";
import { parseRegistryAddress } from "../../../../src/adapters/github/objects/open-github-objects.ts";

describe("the address of a registry", () => {
  it.each([
    ["https://github.com/acme/models", "https://api.github.com", "acme/models", ""],
    ["https://github.com/acme/models.git/", "https://api.github.com", "acme/models", ""],
    [
      "https://github.com/acme/models/tree/HEAD/ml/registry",
      "https://api.github.com",
      "acme/models",
      "ml/registry/",
    ],
    ["https://ghe.acme.com/a/b.c", "https://ghe.acme.com/api/v3", "a/b.c", ""],
    ["https://acme.ghe.com/a/b", "https://api.acme.ghe.com", "a/b", ""],
    ["http://127.0.0.1:8080/a/b", "http://127.0.0.1:8080/api/v3", "a/b", ""],
  ])("%s", (text, apiUrl, repository, prefix) => {
    const { endpoint, owner, name, prefix: folder } = parseRegistryAddress(text);
    expect([endpoint.apiUrl, `${owner}/${name}`, folder]).toEqual([apiUrl, repository, prefix]);
  });

  it.each([
    "http://github.com/acme/models",
    "https://github.com/acme",
    "https://github.com/acme/..",
    "https://ada:secret@github.com/acme/models",
    "https://github.com/acme/models?x=1",
    "https://github.com/acme/models/tree/main/registry",
    "https://github.com/acme/models/tree/HEAD/a/%2e%2e/b%2fc",
    "https://github.com/acme/models/pull/3",
    "https://",
  ])("%s is refused", (text) => {
    expect(() => parseRegistryAddress(text)).toThrow(expect.objectContaining({ code: "USAGE" }));
  });
});
