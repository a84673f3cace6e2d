import type { Command } from "commander";
import type { Execute } from "../execute.ts";
import { addGuide, COULD_NOT_TELL } from "../guide.ts";
import { proposalAnswer } from "../proposal-answer.ts";
import {
  addProposalOptions,
  PROPOSAL_EXITS,
  proposalOptions,
  type ProposalFlags,
} from "../proposal-options.ts";

interface PromoteFlags extends ProposalFlags {
  readonly to: string;
}

/** `modeltrail promote <model>@<version> --to <stage>` */
export function declarePromote(command: Command, execute: Execute): void {
  command
    .description(
      "Propose that a stage holds a version: judges the change and, unless it is denied, puts it on a branch as one commit that edits one file.",
    )
    .argument("<model@version>", "the version: a number, latest, or the stage that holds it")
    .requiredOption("--to <stage>", "the stage")
    .option("--reason <text>", "why, for the commit and for reviewers");
  addProposalOptions(command);
  addGuide(command, {
    examples: [
      ["modeltrail promote fraud-detector@1.4.0 --to staging", "propose 1.4.0 for staging"],
      [
        "modeltrail promote fraud-detector@staging --to production --reason 'Better recall'",
        "propose for production what staging holds",
      ],
      [
        "modeltrail promote fraud-detector@1.4.0 --to production --dry-run",
        "see the verdict without writing anything",
      ],
      [
        "modeltrail promote fraud-detector@1.4.0 --to staging --registry https://github.com/acme/models",
        "the same without a clone",
      ],
    ],
    exits: [...PROPOSAL_EXITS, COULD_NOT_TELL],
  });
  command.action((reference: string, flags: PromoteFlags) =>
    execute(command, async ({ open }) => {
      const { promoteVersion } = await import("../../workflows/promote.ts");
      const context = await open();
      return proposalAnswer(
        await promoteVersion(context, reference, flags.to, proposalOptions(flags)),
        context.prefix,
      );
    }),
  );
}
