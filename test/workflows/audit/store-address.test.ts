import { describe, expect, it } from "vitest";
import { parseStoreAddress } from "../../../src/workflows/audit/store-address.ts";

describe("the address of a store", () => {
  it.each([
    ["s3://b/p", { uri: "s3://b/p/" }],
    ["s3://b/p/?region=eu-west-1", { uri: "s3://b/p/", region: "eu-west-1" }],
    [
      "s3://b/?endpoint=https://s3.example.com&forcePathStyle=true",
      { uri: "s3://b/", endpoint: "https://s3.example.com", forcePathStyle: true },
    ],
    ["file:/srv/models", { uri: "file:/srv/models/" }],
  ])("%s", (address, storage) => expect(parseStoreAddress(address)).toEqual(storage));

  it.each(["", "s3://", "https://b/p/", "/srv/models/", "s3://b/?key=x", "file:/srv/?region=x"])(
    "%j is none",
    (address) => expect(() => parseStoreAddress(address)).toThrow(expect.objectContaining({ code: "USAGE" })),
  );
});
