import type { Command } from "commander";
import type { Execute } from "../execute.ts";
import { addGuide, COULD_NOT_TELL } from "../guide.ts";
import { addPushOption } from "../proposal-options.ts";

/** `modeltrail close <branch>` */
export function declareClose(command: Command, execute: Execute): void {
  command
    .description(
      "Reject a proposal: its branch goes, and the same change is refused until somebody proposes it again with --reopen.",
    )
    .argument("<branch>", "the proposal's branch; modeltrail proposals lists them");
  addPushOption(command);
  addGuide(command, {
    examples: [["modeltrail close promote/production/fraud-detector/1.4.0", "reject a promotion"]],
    exits: [[0, "closed, or closed before"], [1, "there is no such proposal"], COULD_NOT_TELL],
  });
  command.action((branch: string, { push }: { readonly push: boolean }) =>
    execute(command, async ({ open }) => {
      const { closeProposal } = await import("../../workflows/proposals.ts");
      const result = await closeProposal(await open(), branch, { push });
      return {
        document: result,
        text: async (look) => (await import("../../report/text/proposal.ts")).renderClose(result, look),
      };
    }),
  );
}
