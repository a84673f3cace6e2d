import type { Command } from "commander";
import type { Execute } from "../execute.ts";
import { addGuide, COULD_NOT_TELL } from "../guide.ts";
import { addPushOption } from "../proposal-options.ts";

/** `modeltrail merge <branch>` */
export function declareMerge(command: Command, execute: Execute): void {
  command
    .description(
      "Judge a proposal again on the current tip of the default branch and, when it passes, merge it by a merge commit and delete its branch. With a remote both are pushed with a lease.",
    )
    .argument("<branch>", "the proposal's branch; modeltrail proposals lists them");
  addPushOption(command);
  addGuide(command, {
    examples: [["modeltrail merge promote/production/fraud-detector/1.4.0", "merge a promotion"]],
    exits: [[0, "merged"], [1, "denied or pending, and nothing was merged"], COULD_NOT_TELL],
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
        yes: located.status !== "denied",
        text: async () => (await import("../../report/text/proposal.ts")).renderMerge(located),
      };
    }),
  );
}
