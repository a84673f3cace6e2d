import type { Command } from "commander";
import type { Execute } from "../execute.ts";
import { addGuide, COULD_NOT_TELL } from "../guide.ts";

interface VerifyFlags {
  readonly fetch?: boolean;
  readonly anchor: boolean;
  readonly anchors: readonly string[];
}

/** `modeltrail audit verify` */
export function declareAuditVerify(command: Command, execute: Execute): void {
  command
    .description(
      "Recompute the whole audit history from the main branch, and name what was forged, dropped, edited, reordered or written twice, and every commit of the audit branch that a recorder did not make. The anchors are compared in every store that modeltrail.yaml ever named on the main branch. What the forge knew (enrichment) follows from nothing that could be recomputed, and is not proved. Works offline, on any whole clone.",
    )
    .option("--fetch", "bring the remote's branches first, and go by them alone")
    .option(
      "--anchors <address>",
      "compare the anchors in this store, whatever any policy says: s3://bucket/prefix/ (with ?region= and &endpoint= where needed) or file:/folder/; may be given several times",
      (address: string, before: readonly string[]): readonly string[] => [...before, address],
      [],
    )
    .option("--no-anchor", "leave the anchors alone that lie where policies say");
  addGuide(command, {
    examples: [
      ["modeltrail audit verify", "prove what this clone holds"],
      ["modeltrail audit verify --fetch", "prove what the remote holds"],
      [
        "modeltrail audit verify --fetch --anchors s3://acme-models/registry/",
        "with a store that an auditor knows, wherever the policy points by now",
      ],
    ],
    exits: [
      [0, "the audit history is what the main branch says; what is not recorded yet is no fault"],
      [1, "something differs, or nothing is recorded yet"],
      [2, `${COULD_NOT_TELL[1]}; also where nothing differs, but not all anchors could be compared`],
    ],
  });
  command.action((flags: VerifyFlags) =>
    execute(command, async ({ open, notices }) => {
      const { verifyAudit } = await import("../../workflows/audit/verify.ts");
      const verification = await verifyAudit(await open(), {
        fetch: flags.fetch === true,
        anchor: flags.anchor,
        anchors: flags.anchors,
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
