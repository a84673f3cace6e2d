import type { Command } from "commander";
import type { Execute } from "../execute.ts";
import { addGuide, COULD_NOT_TELL } from "../guide.ts";
import { addReadOptions, readAt, type ReadFlags } from "../read-options.ts";

interface GateFlags extends ReadFlags {
  readonly expectVersion?: string;
  readonly expectDigest?: string;
}

/** `modeltrail gate <model>@<stage>` */
export function declareGate(command: Command, execute: Execute): void {
  command
    .description(
      "For deploys: exit 0 only if the stage's version is whole, is not yanked, and its bytes in storage are proved. Anything else stops the deploy.",
    )
    .argument("<model@stage>", "the stage that is to be deployed")
    .option("--expect-version <version>", "deny any other version")
    .option("--expect-digest <digest>", "deny any other digest");
  addReadOptions(command);
  addGuide(command, {
    examples: [
      [
        "modeltrail gate fraud-detector@production --expect-version 1.4.0 && ./deploy.sh",
        "deploy 1.4.0, or nothing",
      ],
    ],
    exits: [[0, "deploy"], [1, "do not deploy: denied, not found or empty"], COULD_NOT_TELL],
  });
  command.action((reference: string, flags: GateFlags) =>
    execute(command, async ({ open }) => {
      const { gateStage } = await import("../../workflows/gate.ts");
      const { expectVersion, expectDigest } = flags;
      const expected = {
        ...(expectVersion === undefined ? {} : { version: expectVersion }),
        ...(expectDigest === undefined ? {} : { digest: expectDigest }),
      };
      const answer = await gateStage(await open(), reference, expected, readAt(flags));
      return {
        document: answer,
        yes: answer.pass,
        text: async () => (await import("../../report/text/resolution.ts")).renderGate(answer),
      };
    }),
  );
}
