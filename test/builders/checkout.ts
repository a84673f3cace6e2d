import { execFile } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { World } from "../servers/github/world.ts";
import { TEST_ENV } from "./workspace.ts";

/**
 * The default branch of `acme/models` as `actions/checkout` leaves it in a job: one branch, no credentials. A depth of 0
 * is all of it. It waits beside the server, which is in this very process.
 */
export async function checkout({ server, token }: World, parent: string, depth: number): Promise<string> {
  const place = mkdtempSync(join(parent, "models-"));
  const git = async (...args: readonly string[]): Promise<unknown> =>
    promisify(execFile)("git", [...args], { cwd: place, env: TEST_ENV });
  await git("init", "--quiet");
  const from = server.gitUrl("acme/models", token);
  const deep = depth === 0 ? [] : [`--depth=${depth}`];
  await git("fetch", "--quiet", ...deep, from, "+refs/heads/main:refs/remotes/origin/main");
  await git("remote", "add", "origin", server.gitUrl("acme/models"));
  await git("checkout", "--quiet", "--force", "-B", "main", "refs/remotes/origin/main");
  return place;
}
