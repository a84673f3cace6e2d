import { readFile } from "node:fs/promises";

/** Where the code that runs here was released from. */
export interface Release {
  /** `owner/name` on GitHub. */
  readonly repository: string;
  readonly commit: string;
  readonly version: string;
}

/** What the build wrote beside the code; undefined when it was not built from a commit that has our actions. */
export async function readRelease(
  file: URL = new URL("../release.json", import.meta.url),
): Promise<Release | undefined> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as Release);
}
