import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Forge, NewProposal } from "../../src/ports/forge.ts";

export interface ForgeUnderTest {
  /** As another process sees it, up to date. */
  open(): Promise<Forge>;
  /** A commit on the default branch, different for each text. */
  commit(text: string): Promise<string>;
  close(): Promise<void>;
}

/** What no test of the contract is about. */
export const aProposal = {
  base: "0".repeat(40),
  title: "t",
  message: "m",
  edits: [],
  description: ["d"],
  marker: {},
  labels: [],
  draft: false,
} as const;

const BRANCH = "promote/staging/fraud/1.0.0";

/** What every forge promises. */
export function forgeContract(title: string, start: () => Promise<ForgeUnderTest>): void {
  describe(`forge: ${title}`, () => {
    let place: ForgeUnderTest;
    beforeEach(async () => {
      place = await start();
    });
    afterEach(() => place.close());

    async function publish(branch: string, head: string, expected: string | null): Promise<void> {
      const proposal: NewProposal = { ...aProposal, branch, head };
      await (await place.open()).publish(proposal, expected);
    }

    it("knows a proposal by its branch from when it is published", async () => {
      expect(await (await place.open()).find(BRANCH)).toEqual({ state: "none" });
      const head = await place.commit("one");
      await publish(BRANCH, head, null);
      await publish("promote/staging/fraud/0.9.0", await place.commit("two"), null);
      const forge = await place.open();
      expect(await forge.find(BRANCH)).toEqual({ state: "open", head });
      expect((await forge.listOpen()).map(({ branch }) => branch)).toEqual([
        "promote/staging/fraud/0.9.0",
        BRANCH,
      ]);
    });

    it("moves a proposal from the commit that is expected, and from no other", async () => {
      const [one, two, three] = [
        await place.commit("one"),
        await place.commit("two"),
        await place.commit("three"),
      ];
      await publish(BRANCH, one, null);
      await publish(BRANCH, one, one);
      await publish(BRANCH, two, one);
      for (const expected of [one, null])
        await expect(publish(BRANCH, three, expected)).rejects.toMatchObject({ code: "CONFLICT" });
      expect(await (await place.open()).find(BRANCH)).toEqual({ state: "open", head: two });
    });

    it.each(["superseded", "merged"] as const)("forgets a %s proposal", async (why) => {
      const head = await place.commit("one");
      await publish(BRANCH, head, null);
      await (
        await place.open()
      ).close(BRANCH, head, why === "merged" ? { why } : { why, by: "promote/staging/fraud/1.1.0" });
      const forge = await place.open();
      expect(await forge.find(BRANCH)).toEqual({ state: "none" });
      expect(await forge.listOpen()).toEqual([]);
      await publish(BRANCH, await place.commit("two"), null);
      expect(await (await place.open()).listOpen()).toHaveLength(1);
    });

    it("remembers a rejected proposal until it is published again", async () => {
      const head = await place.commit("one");
      await publish(BRANCH, head, null);
      await (await place.open()).close(BRANCH, head, { why: "rejected" });
      expect(await (await place.open()).find(BRANCH)).toEqual({ state: "rejected", head });
      expect(await (await place.open()).listOpen()).toEqual([]);
      await publish(BRANCH, head, null);
      expect(await (await place.open()).find(BRANCH)).toEqual({ state: "open", head });
    });
  });
}
