import type { Command } from "commander";
import type { Execute } from "../execute.ts";
import { addGuide, COULD_NOT_TELL } from "../guide.ts";
import { addReadOptions, readAt, type ReadFlags } from "../read-options.ts";

/** `modeltrail verify [model[@ref]]` */
export function declareVerify(command: Command, execute: Execute): void {
  command
    .description(
      "Prove that storage holds the bytes that the manifests name: of every version, of one model's, or of a single one.",
    )
    .argument("[model[@ref]]", "what to verify (default: everything)");
  addReadOptions(command);
  addGuide(command, {
    examples: [
      ["modeltrail verify", "every version of every model"],
      ["modeltrail verify fraud-detector@production", "what is in production"],
    ],
    exits: [[0, "every byte is as it should be"], [1, "something is missing or differs"], COULD_NOT_TELL],
  });
  command.action((reference: string | undefined, flags: ReadFlags) =>
    execute(command, async ({ open }) => {
      const { verifyArtifacts } = await import("../../workflows/verify.ts");
      const { locateFindings } = await import("../../report/repository-paths.ts");
      const context = await open();
      const verification = await verifyArtifacts(context, reference, readAt(flags));
      const located = { ...verification, findings: locateFindings(verification.findings, context.prefix) };
      return {
        document: located,
        yes: located.findings.length === 0,
        text: async () => (await import("../../report/text/checks.ts")).renderVerification(located),
      };
    }),
  );
}
