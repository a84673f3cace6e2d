import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, expect, it } from "vitest";
import { readRelease } from "../../src/composition/release.ts";

const folder = mkdtempSync(join(tmpdir(), "modeltrail-release-"));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it("says where this was released from, where the build wrote it down", async () => {
  const file = join(folder, "release.json");
  expect(await readRelease(pathToFileURL(file))).toBeUndefined();
  const release = { repository: "modeltrail/modeltrail", commit: "0123456789".repeat(4), version: "1.2.3" };
  writeFileSync(file, JSON.stringify(release));
  expect(await readRelease(pathToFileURL(file))).toEqual(release);
});
