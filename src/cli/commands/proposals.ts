import type { Command } from "commander";
import type { Execute } from "../execute.ts";
import { addGuide, COULD_NOT_TELL } from "../guide.ts";
import { addPushOption } from "../proposal-options.ts";

/** `modeltrail proposals` */
export function declareProposals(command: Command, execute: Execute): void {
  command.description(
    "List the open proposals, each with its verdict on the current tip of the default branch. What that branch says already is left out. Storage is not looked at; merge does.",
  );
  addPushOption(command);
  addGuide(command, {
    examples: [
      ["modeltrail proposals", "what waits to be merged"],
      ["modeltrail proposals -o json", "the same for scripts"],
    ],
    exits: [[0, "listed, also when there is none"], COULD_NOT_TELL],
  });
  command.action(({ push }: { readonly push: boolean }) =>
    execute(command, async ({ open }) => {
      const { listProposals } = await import("../../workflows/proposals.ts");
      const proposals = await listProposals(await open(), { push });
      return {
        document: proposals,
        text: async (look) =>
          (await import("../../report/text/proposal.ts")).renderProposals(proposals, look),
      };
    }),
  );
}
