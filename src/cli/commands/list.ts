import type { Command } from "commander";
import type { Execute } from "../execute.ts";
import { addGuide, COULD_NOT_TELL } from "../guide.ts";
import { addReadOptions, readAt, type ReadFlags } from "../read-options.ts";

/** `modeltrail list` */
export function declareList(command: Command, execute: Execute): void {
  command.description(
    "List every model with what its stages hold. A model is marked as broken, and hides nothing else, for what can be told from names, links and the stages' own files: neither model.yaml nor the versions are read for it. `show`, `gate` and `validate` read those.",
  );
  addReadOptions(command);
  addGuide(command, {
    examples: [
      ["modeltrail list", "every model, and what is where"],
      ["modeltrail list --ref v2 -o json", "as of a tag, for scripts"],
    ],
    exits: [[0, "listed, also when there is no model"], [1, "there is no such revision"], COULD_NOT_TELL],
  });
  command.action((flags: ReadFlags) =>
    execute(command, async ({ open }) => {
      const { listModels } = await import("../../workflows/list.ts");
      const { hintUncommittedList } = await import("../../workflows/uncommitted.ts");
      const context = await open();
      const models = await listModels(context, readAt(flags));
      await hintUncommittedList(context, models);
      return {
        document: models,
        text: async (look) => (await import("../../report/text/list.ts")).renderList(models, look),
      };
    }),
  );
}
