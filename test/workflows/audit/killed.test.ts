import { execFileSync } from "node:child_process";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { recordAudit } from "../../../src/workflows/audit/record.ts";
import { verifyAudit } from "../../../src/workflows/audit/verify.ts";
import { seeded, writeMainHistory } from "../../builders/main-history.ts";
import { TEST_ENV, runGit } from "../../builders/workspace.ts";
import { compileSource, killAfter } from "../../servers/child.ts";
import { openGround } from "./recorders.ts";

const LONG = process.env["MODELTRAIL_TEST_LONG"] === "1";
const ALONE = { anchor: false } as const;

/** Says that it has begun, then records once. */
const script = (folder: string): string => `
  const notices = { warn() {}, hint() {}, progress() {} };
  const context = await openContext({ cwd: ${JSON.stringify(folder)}, env: ${JSON.stringify(TEST_ENV)}, notices, now: () => new Date() });
  console.log("begun");
  await recordAudit(context, { anchor: false });
  await context.repository.close();
`;

describe.skipIf(!LONG)("recorders that are killed (needs MODELTRAIL_TEST_LONG=1)", () => {
  it("leave nothing half-written, and the next makes up for them", { timeout: 240_000 }, async () => {
    const ground = openGround();
    const source = await compileSource();
    // The compiler takes no JavaScript along.
    copyFileSync(
      "src/manifest/validators.generated.js",
      fileURLToPath(source.moduleUrl("manifest/validators.generated")),
    );
    let finished = 0;
    try {
      const host = join(ground.root, "host.git");
      execFileSync("git", ["init", "--quiet", "--bare", "--initial-branch=main", host]);
      const main = writeMainHistory(host, { commits: 400, seed: 51 });
      const clones = [await ground.clone(host), await ground.clone(host)];
      const random = seeded(52);
      for (let shown = 20; shown < main.length; shown += 20) {
        runGit(host, "update-ref", "refs/heads/main", main[shown] ?? "");
        const children = clones.map((clone) =>
          source.start(script(clone), {
            openContext: "composition/open-context",
            recordAudit: "workflows/audit/record",
          }),
        );
        const ends = (await Promise.all(children)).map(async (child) => {
          const gone = new Promise<number | null>((done) => child.once("exit", done));
          await killAfter(child, Math.floor(random() * (shown % 40 === 0 ? 9000 : 1500)));
          return gone;
        });
        finished += (await Promise.all(ends)).filter((code) => code === 0).length;
        expect(runGit(host, "fsck", "--strict", "--no-dangling")).toBe("");
      }
      // Some were killed, and some were not.
      expect(finished).toBeGreaterThan(0);
      expect(finished).toBeLessThan(38);
      runGit(host, "update-ref", "refs/heads/main", main.at(-1) ?? "");
      const [first = ""] = clones;
      await recordAudit(await ground.open(first), ALONE);
      const verification = await verifyAudit(await ground.open(first), ALONE);
      expect(verification).toMatchObject({ findings: [], pending: 0 });
      const alone = await ground.clone(host, "--single-branch");
      runGit(alone, "remote", "remove", "origin");
      const { commit } = await recordAudit(await ground.open(alone), ALONE);
      expect(runGit(host, "rev-parse", "modeltrail-audit").trim()).toBe(commit);
      for (const clone of clones) expect(runGit(clone, "fsck", "--strict", "--no-dangling")).toBe("");
    } finally {
      await source.remove();
      await ground.dispose();
    }
  });
});
