import type { Command } from "commander";
import type { Execute } from "../execute.ts";
import { addGuide, COULD_NOT_TELL } from "../guide.ts";

interface VerifyFlags {
  readonly fetch?: boolean;
  readonly anchor: boolean;
}

/** `modeltrail audit verify` */
export function declareAuditVerify(command: Command, execute: Execute): void {
  command
    .description(
      "Recompute the whole audit history from the main branch, and name what was forged, dropped, edited, reordered or written twice, and every commit of the audit branch that a recorder did not make. The anchors in storage are compared where it can be reached. Works offline, on any whole clone.",
    )
    .option("--fetch", "bring the remote's branches first")
    .option("--no-anchor", "leave the anchors in storage alone");
  addGuide(command, {
    examples: [
      ["modeltrail audit verify", "prove what this clone holds"],
      ["modeltrail audit verify --fetch", "prove what the remote holds"],
    ],
    exits: [
      [0, "the audit history is what the main branch says; what is not recorded yet is no fault"],
      [1, "something differs, or nothing is recorded yet"],
      COULD_NOT_TELL,
    ],
  });
  command.action((flags: VerifyFlags) =>
    execute(command, async ({ open, notices }) => {
      const { verifyAudit } = await import("../../workflows/audit/verify.ts");
      const verification = await verifyAudit(await open(), {
        fetch: flags.fetch === true,
        anchor: flags.anchor,
      });
      const { pending, findings } = verification;
      if (pending > 0)
        notices.hint(
          `${pending} ${pending === 1 ? "transition is" : "transitions are"} not recorded yet; modeltrail audit record records them`,
        );
      return {
        document: verification,
        yes: findings.every(({ severity }) => severity !== "error"),
        text: async () =>
          (await import("../../report/text/audit-verify.ts")).renderAuditVerification(verification),
      };
    }),
  );
}
