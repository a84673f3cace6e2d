import { createHash } from "node:crypto";
import { link, lstat, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ModeltrailError } from "../../diagnostics/errors.ts";
import { syncFolder } from "./hashed-copy.ts";
import { CLAIM, ownName, removeLeftovers } from "./incoming.ts";
import { unlessMissing } from "./safe-path.ts";

const WITHOUT_LINKS: ReadonlySet<string> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);
const CLAIM_ROUNDS = 200;
const CLAIM_WAIT_MS = 50;

/** Gives a whole file its final name; false when something has that name already. It never overwrites. */
export async function publish(
  temporary: string,
  final: string,
  options: { readonly links: boolean },
): Promise<boolean> {
  const published = options.links ? await byLink(temporary, final) : undefined;
  const done = published ?? (await byClaim(temporary, final));
  if (done) await syncFolder(dirname(final));
  return done;
}

/** Undefined where the file system has no hard links. */
async function byLink(temporary: string, final: string): Promise<boolean | undefined> {
  try {
    await link(temporary, final);
    return true;
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return false;
    if (WITHOUT_LINKS.has(code)) return undefined;
    throw error;
  }
}

/**
 * Renaming is whole or nothing, but overwrites; so writers of one name take turns. Who holds the claim looks, then
 * renames. The claim of a process that is gone is removed with its other left-overs.
 */
async function byClaim(temporary: string, final: string): Promise<boolean> {
  const claim = claimOf(dirname(temporary), final);
  const name = await takeClaim(claim);
  try {
    if ((await lstat(final).catch(unlessMissing)) !== undefined) return false;
    // A process that slept between making the claim and naming it may have been taken for dead.
    if ((await readFile(claim, "utf8").catch(unlessMissing)) !== name) throw claimLost(claim);
    await rename(temporary, final);
    return true;
  } finally {
    if ((await readFile(claim, "utf8").catch(unlessMissing)) === name) await rm(claim, { force: true });
  }
}

function claimLost(claim: string): ModeltrailError {
  return new ModeltrailError(
    "CONFLICT",
    `Another process took over ${claim}, which holds a name to write to.`,
    {
      hint: "Run the command again.",
    },
  );
}

function claimOf(incoming: string, final: string): string {
  return join(incoming, `${createHash("sha256").update(final).digest("hex")}${CLAIM}`);
}

/** Returns the name that the claim now holds. */
async function takeClaim(claim: string): Promise<string> {
  const name = ownName();
  for (let round = 0; round < CLAIM_ROUNDS; round += 1) {
    try {
      await writeFile(claim, name, { flag: "wx" });
      return name;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    await removeLeftovers(dirname(claim));
    await sleep(CLAIM_WAIT_MS);
  }
  throw new ModeltrailError("CONFLICT", `Another process is writing the same file; it holds ${claim}.`, {
    hint: "Wait for it. If no other process works on this store, remove the file.",
  });
}
