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

interface YankFlags extends ProposalFlags {
  readonly reason: string;
  readonly replaceWith?: string;
}

/** `modeltrail yank <model>@<version> --reason <text>` */
export function declareYank(command: Command, execute: Execute): void {
  command
    .description(
      "Propose that nobody uses a version any more. Its number stays taken, and its files stay. Refused while a stage holds the version, unless --replace-with moves those stages in the same change.",
    )
    .argument("<model@version>", "the version")
    .requiredOption("--reason <text>", "why; kept in the registry")
    .option("--replace-with <version>", "move every stage that holds the version to this one");
  addProposalOptions(command);
  addGuide(command, {
    examples: [
      [
        "modeltrail yank fraud-detector@1.3.0 --reason 'trained on leaked labels'",
        "propose the yank of a version that no stage holds",
      ],
      [
        "modeltrail yank fraud-detector@1.3.0 --reason 'leak' --replace-with 1.3.1",
        "and move the stages that hold it",
      ],
    ],
    exits: [...PROPOSAL_EXITS, COULD_NOT_TELL],
  });
  command.action((reference: string, flags: YankFlags) =>
    execute(command, async ({ open }) => {
      const { yankVersion } = await import("../../workflows/yank.ts");
      const context = await open();
      const { replaceWith } = flags;
      const options = {
        ...proposalOptions(flags),
        reason: flags.reason,
        ...(replaceWith === undefined ? {} : { replaceWith }),
      };
      return proposalAnswer(await yankVersion(context, reference, options), context.prefix);
    }),
  );
}
