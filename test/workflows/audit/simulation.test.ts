import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isModeltrailError } from "../../../src/diagnostics/errors.ts";
import { readLog } from "../../../src/workflows/audit/log.ts";
import { recordAudit } from "../../../src/workflows/audit/record.ts";
import { verifyAudit } from "../../../src/workflows/audit/verify.ts";
import { pick, seeded, writeMainHistory, type Random } from "../../builders/main-history.ts";
import { GitHttpServer } from "../../servers/git-http.ts";
import { countChanges, gitAside, killedAt, Killed, openGround, type Ground } from "./recorders.ts";

const LONG = process.env["MODELTRAIL_TEST_LONG"] === "1";
const RUNS = LONG
  ? [
      { seed: 1, commits: 1500, step: 12 },
      { seed: 2, commits: 1500, step: 20 },
    ]
  : [{ seed: 3, commits: 60, step: 16 }];
const RECORDERS = 4;

/** What a recorder may come to when the network, its rivals or its own end keep it from finishing. */
const MAY_FAIL = new Set(["NETWORK", "CONFLICT", "FORBIDDEN", "TIMEOUT"]);

/** Git HTTP goes wrong: answers are lost after the push was taken, pushes and fetches are turned away. */
function spoil(server: GitHttpServer, random: Random): void {
  const times = 1;
  const roll = random();
  if (roll < 0.25)
    server.fail({
      matches: ({ method, url }) => method === "POST" && url.endsWith("git-receive-pack"),
      fault: "cut",
      times,
    });
  else if (roll < 0.4)
    server.fail({
      matches: ({ method, url }) => method === "POST" && url.endsWith("git-receive-pack"),
      fault: 503,
      times,
    });
  else if (roll < 0.5)
    server.fail({ matches: ({ url }) => url.includes("git-upload-pack"), fault: 500, times });
}

async function attempt(ground: Ground, folder: string, random: Random): Promise<void> {
  const engine = random() < 0.2 ? { PATH: "/nowhere" } : {};
  const context = await ground.open(folder, engine);
  const step = random() < 0.3 ? 1 + Math.floor(random() * 10) : Number.POSITIVE_INFINITY;
  try {
    await recordAudit(killedAt(context, step), { anchor: false });
  } catch (error) {
    if (error instanceof Killed) return;
    if (!isModeltrailError(error) || !MAY_FAIL.has(error.code)) throw error;
  } finally {
    await context.repository.close();
  }
}

async function simulate(ground: Ground, { seed, commits, step }: (typeof RUNS)[number]): Promise<string> {
  const host = join(ground.root, "host.git");
  execFileSync("git", ["init", "--quiet", "--bare", "--initial-branch=main", host]);
  execFileSync("git", ["-C", host, "config", "http.receivepack", "true"]);
  const main = writeMainHistory(host, { commits, seed });
  const server = await GitHttpServer.start({ root: ground.root });
  try {
    const random = seeded(seed * 7919);
    let shown = 1;
    await gitAside(host, "update-ref", "refs/heads/main", main[0] ?? "");
    const clones: string[] = [];
    for (let at = 0; at < RECORDERS; at += 1) clones.push(await ground.clone(server.url("host.git")));
    while (shown < main.length) {
      shown = Math.min(main.length, shown + 1 + Math.floor(random() * step));
      await gitAside(host, "update-ref", "refs/heads/main", main[shown - 1] ?? "");
      server.heal();
      spoil(server, random);
      const at = pick(random, [0, 1, 1, 2, 4]);
      await Promise.all(clones.slice(0, at).map((clone) => attempt(ground, clone, random)));
    }
    server.heal();
    const last = await ground.open(clones[0] ?? "");
    await recordAudit(last, { anchor: false });
    return host;
  } finally {
    await server.stop();
  }
}

describe("four recorders, faults and kills", () => {
  it.each(RUNS)(
    "record $commits commits of seed $seed as one would",
    { timeout: LONG ? 3_000_000 : 120_000 },
    async (options) => {
      const ground = openGround();
      try {
        const host = await simulate(ground, options);
        const alone = await ground.clone(host);
        await gitAside(alone, "branch", "--quiet", "-r", "-d", "origin/modeltrail-audit");
        await gitAside(alone, "remote", "remove", "origin");
        const writer = await ground.open(alone);
        const written = await recordAudit(writer, { anchor: false });
        // The same bytes, down to the commits.
        const tip = (await gitAside(host, "rev-parse", "modeltrail-audit")).trim();
        expect(tip).toBe(written.commit);

        const { entries } = await readLog(writer);
        const recorded = entries.toReversed().map(({ entry }) => entry);
        expect(recorded.map(({ seq }) => seq)).toEqual(recorded.map((_, index) => index + 1));
        // Git says which commits changed how many files of the registry: each is a transition, once and in order.
        const told = await countChanges(host, "main");
        const expected = told.flatMap(([oid, count]) => Array.from({ length: count }, () => oid));
        expect(recorded.map(({ source }) => source)).toEqual(expected);

        const verification = await verifyAudit(writer, { anchor: false });
        expect(verification.findings).toEqual([]);
        expect(verification).toMatchObject({ verified: recorded.length, pending: 0 });
        expect(await gitAside(host, "fsck", "--strict", "--no-dangling", "--no-progress")).toBe("");
      } finally {
        await ground.dispose();
      }
    },
  );
});
