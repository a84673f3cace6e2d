import type { Command } from "commander";
import type { Execute } from "../execute.ts";
import { addGuide, COULD_NOT_TELL } from "../guide.ts";
import { addReadOptions, readAt, type ReadFlags } from "../read-options.ts";
import type { Resolution } from "../../workflows/resolve.ts";

interface ResolveFlags extends ReadFlags {
  readonly field?: keyof Resolution;
}

const FIELDS: readonly (keyof Resolution)[] = [
  "model",
  "stage",
  "version",
  "uri",
  "digest",
  "format",
  "formatVersion",
  "sizeBytes",
  "commit",
];

/** `modeltrail resolve <model>@<ref>` */
export function declareResolve(command: Command, execute: Execute): void {
  command
    .description(
      "Say which version a reference means, and where its bytes are. An empty stage is an error, never an older version; so is a broken manifest of the stage or of its version. The bytes are not looked at; gate does.",
    )
    .argument("<model@ref>", "<ref> is a version, a stage, or latest");
  command.addOption(command.createOption("--field <name>", "print this value alone").choices(FIELDS));
  addReadOptions(command);
  addGuide(command, {
    examples: [
      ["modeltrail resolve fraud-detector@production", "what is in production, and where"],
      ["modeltrail resolve fraud-detector@production --field uri", "the address alone, for scripts"],
    ],
    exits: [[0, "resolved"], [1, "not found, empty or broken"], COULD_NOT_TELL],
  });
  command.action((reference: string, flags: ResolveFlags) =>
    execute(command, async ({ open }) => {
      const { resolveModel } = await import("../../workflows/resolve.ts");
      const resolution = await resolveModel(await open(), reference, readAt(flags));
      if (flags.field === undefined) {
        return {
          document: resolution,
          text: async () => (await import("../../report/text/resolution.ts")).renderResolution(resolution),
        };
      }
      const value = await readField(resolution, flags.field);
      return { document: value, text: () => [[String(value)]] };
    }),
  );
}

async function readField(
  resolution: Resolution,
  field: keyof Resolution,
): Promise<string | number | boolean> {
  const value = resolution[field];
  if (value !== undefined) return value;
  const { ModeltrailError } = await import("../../diagnostics/errors.ts");
  throw new ModeltrailError("NOT_FOUND", `the answer has no ${field}: no stage was asked for`);
}
