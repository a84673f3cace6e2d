import type { Command } from "commander";
import type { Execute } from "../execute.ts";
import { addGuide, COULD_NOT_TELL } from "../guide.ts";
import { addReadOptions, readAt, type ReadFlags } from "../read-options.ts";

/** `modeltrail show <model>[@<ref>]` */
export function declareShow(command: Command, execute: Execute): void {
  command
    .description(
      "Show a model with all its versions or, for <model>@<ref>, one version whole: artifact, metrics, signature, lineage, files. What is broken is marked, and shown as far as it can be read.",
    )
    .argument("<model[@ref]>", "the model; <ref> is a version, a stage, or latest");
  addReadOptions(command);
  addGuide(command, {
    examples: [
      ["modeltrail show fraud-detector", "the model and its versions"],
      ["modeltrail show fraud-detector@production", "everything of the version in production"],
    ],
    exits: [
      [0, "shown"],
      [
        1,
        "there is no such model or version, the stage is empty, or the file that was asked for cannot be read",
      ],
      COULD_NOT_TELL,
    ],
  });
  command.action((reference: string, flags: ReadFlags) =>
    execute(command, async ({ open }) => {
      const { showModel } = await import("../../workflows/show.ts");
      const { locateFindings } = await import("../../report/repository-paths.ts");
      const context = await open();
      const details = await showModel(context, reference, readAt(flags));
      const located = { ...details, findings: locateFindings(details.findings, context.prefix) };
      return {
        document: located,
        text: async (look) => (await import("../../report/text/show.ts")).renderModel(located, look),
      };
    }),
  );
}
