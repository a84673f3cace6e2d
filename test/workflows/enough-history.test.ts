import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { readTimeline } from "../../src/workflows/read/history.ts";
import { aModel, aRegistry, aStage, aVersion, aYank, textOf } from "../builders/manifests.ts";
import { newWorkspace, type Workspace } from "../builders/workspace.ts";

const STAGES = ["staging", "production"];
const VERSIONS = ["1.0.0", "1.1.0", "1.2.0"];
const MODEL = "fraud";

/** What one commit does: the next version, a move, an emptied stage, or a yank. */
type Deed =
  | { readonly kind: "register" }
  | { readonly kind: "move"; readonly stage: string; readonly version: string }
  | { readonly kind: "retire"; readonly stage: string }
  | { readonly kind: "yank"; readonly version: string };

const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 2, arbitrary: fc.constant<Deed>({ kind: "register" }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("move" as const),
      stage: fc.constantFrom(...STAGES),
      version: fc.constantFrom(...VERSIONS),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("retire" as const), stage: fc.constantFrom(...STAGES) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("yank" as const), version: fc.constantFrom(...VERSIONS) }),
  },
);

/** One registry with many histories, each a branch of its own: as `git fast-import` reads them. */
class Histories {
  #stream = "";
  #clock = 1_700_000_000;

  add(branch: string, deeds: readonly Deed[]): void {
    const registered: string[] = [];
    this.#commit(branch, [
      ["modeltrail.yaml", textOf(aRegistry(STAGES.map((name) => ({ name }))))],
      [`models/${MODEL}/model.yaml`, textOf(aModel(MODEL))],
    ]);
    for (const one of deeds) this.#commit(branch, filesOf(one, registered));
  }

  #commit(branch: string, files: readonly (readonly [string, string | null])[]): void {
    this.#clock += 60;
    this.#stream += `commit refs/heads/${branch}\ncommitter T <t@example.com> ${this.#clock} +0000\ndata 1\nc\n`;
    for (const [path, text] of files)
      this.#stream +=
        text === null ? `D ${path}\n` : `M 100644 inline ${path}\ndata ${Buffer.byteLength(text)}\n${text}\n`;
  }

  import(workspace: Workspace): void {
    execFileSync("git", ["fast-import", "--quiet"], { cwd: workspace.folder, input: this.#stream });
  }
}

function filesOf(one: Deed, registered: string[]): readonly (readonly [string, string | null])[] {
  const folder = `models/${MODEL}`;
  if (one.kind === "register") {
    const version = VERSIONS[registered.length];
    if (version === undefined) return [];
    registered.push(version);
    return [[`${folder}/versions/${version}.yaml`, textOf(aVersion(MODEL, version))]];
  }
  if (one.kind === "retire") return [[`${folder}/stages/${one.stage}/stage.yaml`, null]];
  if (!registered.includes(one.version)) return [];
  return one.kind === "yank"
    ? [[`${folder}/yanked/${one.version}.yaml`, textOf(aYank(MODEL, one.version))]]
    : [[`${folder}/stages/${one.stage}/stage.yaml`, textOf(aStage(one.stage, aVersion(MODEL, one.version)))]];
}

describe("a history that is read back only as far as is needed", () => {
  let workspace: Workspace | undefined;
  afterAll(() => workspace?.dispose());

  it("says the same of a version as the whole history does", async () => {
    const runs = process.env["MODELTRAIL_TEST_LONG"] === "1" ? 600 : 40;
    const samples = fc.sample(fc.array(deed, { minLength: 10, maxLength: 36 }), { numRuns: runs, seed: 11 });
    workspace = newWorkspace();
    const histories = new Histories();
    for (const [index, deeds] of samples.entries()) histories.add(`h${index}`, deeds);
    histories.import(workspace);
    const context = await workspace.open();
    let rollbacks = 0;
    let shorter = 0;
    for (const index of samples.keys()) {
      const tip = (await context.repository.refs.resolve(`h${index}`)) ?? "";
      const whole = await readTimeline(context, tip, MODEL);
      const known = whole.events.flatMap((event) => (event.kind === "register" ? [event.to ?? ""] : []));
      for (const version of known) {
        for (const stage of STAGES) {
          const part = await readTimeline(context, tip, MODEL, { enoughFor: [{ stage, version }] });
          const answer = whole.rollbackTargets(stage).includes(version);
          expect(part.rollbackTargets(stage).includes(version)).toBe(answer);
          for (const other of STAGES)
            expect(part.staysAt(other).includes(version)).toBe(whole.staysAt(other).includes(version));
          if (answer) rollbacks += 1;
          if (part.events.length < whole.events.length) shorter += 1;
        }
      }
    }
    // Both kinds of answers were really met, and walks did end early.
    expect(rollbacks).toBeGreaterThan(10);
    expect(shorter).toBeGreaterThan(10);
  });
});
