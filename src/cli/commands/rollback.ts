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

interface RollbackFlags extends ProposalFlags {
  readonly stage: string;
  readonly to?: string;
}

/** `modeltrail rollback <model> --stage <stage>` */
export function declareRollback(command: Command, execute: Execute): void {
  command
    .description(
      "Propose that a stage goes back to the version that held it before. A target held the stage before, is not yanked, and was not rolled back itself. Its artifact is checked again.",
    )
    .argument("<model>", "the model")
    .requiredOption("--stage <stage>", "the stage")
    .option("--to <version>", "the version to go back to (default: the newest target)")
    .option("--reason <text>", "why, for the commit and for reviewers");
  addProposalOptions(command);
  addGuide(command, {
    examples: [
      [
        "modeltrail rollback fraud-detector --stage production --reason 'Too many false alarms'",
        "back to the version before",
      ],
      [
        "modeltrail rollback fraud-detector --stage production --to 1.2.0",
        "back to a version of your choice",
      ],
    ],
    exits: [...PROPOSAL_EXITS, COULD_NOT_TELL],
  });
  command.action((model: string, flags: RollbackFlags) =>
    execute(command, async ({ open }) => {
      const { rollbackStage } = await import("../../workflows/rollback.ts");
      const context = await open();
      const options = { ...proposalOptions(flags), ...(flags.to === undefined ? {} : { to: flags.to }) };
      return proposalAnswer(await rollbackStage(context, model, flags.stage, options), context.prefix);
    }),
  );
}
