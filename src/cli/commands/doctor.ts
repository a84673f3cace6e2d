import type { Command } from "commander";
import type { Execute } from "../execute.ts";
import { addGuide, COULD_NOT_TELL } from "../guide.ts";

/** `modeltrail doctor` */
export function declareDoctor(command: Command, execute: Execute): void {
  command.description(
    "Look at everything that commands rely on (identity, history, remote, policy, manifests, storage; on GitHub also workflows and the rules of branches) and say what is missing. Writes nothing.",
  );
  addGuide(command, {
    examples: [["modeltrail doctor", "when something does not work"]],
    exits: [[0, "healthy"], [1, "something is missing"], COULD_NOT_TELL],
  });
  command.action(() =>
    execute(command, async ({ open }) => {
      const { diagnose } = await import("../../workflows/doctor.ts");
      const diagnosis = await diagnose(await open());
      return {
        document: diagnosis,
        yes: diagnosis.healthy,
        text: async () => (await import("../../report/text/checks.ts")).renderDiagnosis(diagnosis),
      };
    }),
  );
}
