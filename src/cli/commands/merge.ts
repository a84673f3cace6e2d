import type { Command } from "commander";
import type { Execute } from "../execute.ts";
import { addGuide, COULD_NOT_TELL } from "../guide.ts";
import { addPushOption } from "../proposal-options.ts";

/** `modeltrail merge <branch>` */
export function declareMerge(command: Command, execute: Execute): void {
  command
    .description(
      "Judge a branch again on the current tip of the default branch and, when it passes, merge it by a merge commit: a proposal, whose branch is then deleted, or a branch of your own, which is kept. With a remote both are pushed with a lease, and the remote's branch is the one that counts. What the default branch says already, by a squash or rebase say, needs no merge: its proposal is tidied up. Without GitHub what was merged is then recorded, as modeltrail audit record does.",
    )
    .argument(
      "<branch>",
      "a proposal's branch (modeltrail proposals lists them), or any other that was made from the default branch",
    );
  addPushOption(command);
  addGuide(command, {
    examples: [
      ["modeltrail merge promote/production/fraud-detector/1.4.0", "merge a promotion"],
      ["modeltrail merge my-branch", "the same for changes that were committed by hand"],
    ],
    exits: [
      [0, "merged, or nothing is left to merge"],
      [1, "denied or pending, and nothing was merged; there is no such branch"],
      COULD_NOT_TELL,
    ],
  });
  command.action((branch: string, { push }: { readonly push: boolean }) =>
    execute(command, async ({ open }) => {
      const { mergeProposal } = await import("../../workflows/merge.ts");
      const { locateVerdict } = await import("../../report/repository-paths.ts");
      const context = await open();
      const result = await mergeProposal(context, branch, { push });
      const located =
        result.verdict === undefined
          ? result
          : { ...result, verdict: locateVerdict(result.verdict, context.prefix) };
      return {
        document: located,
        yes: located.status !== "denied" && (located.verdict?.verdict ?? "pass") === "pass",
        text: async () => (await import("../../report/text/proposal.ts")).renderMerge(located),
      };
    }),
  );
}
