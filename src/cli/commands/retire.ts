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

interface RetireFlags extends ProposalFlags {
  readonly stage: string;
}

/** `modeltrail retire <model> --stage <stage>` */
export function declareRetire(command: Command, execute: Execute): void {
  command
    .description(
      "Propose that a stage holds nothing any more: removes its stage.yaml, and nothing else. What is deployed from it goes away.",
    )
    .argument("<model>", "the model")
    .requiredOption("--stage <stage>", "the stage")
    .option("--reason <text>", "why, for the commit and for reviewers");
  addProposalOptions(command);
  addGuide(command, {
    examples: [["modeltrail retire fraud-detector --stage staging", "propose to empty staging"]],
    exits: [...PROPOSAL_EXITS, COULD_NOT_TELL],
  });
  command.action((model: string, flags: RetireFlags) =>
    execute(command, async ({ open }) => {
      const { retireStage } = await import("../../workflows/retire.ts");
      const context = await open();
      return proposalAnswer(
        await retireStage(context, model, flags.stage, proposalOptions(flags)),
        context.prefix,
      );
    }),
  );
}
