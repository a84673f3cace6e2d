import type { Command } from "commander";
import type { Execute } from "../execute.ts";
import { addGuide, COULD_NOT_TELL } from "../guide.ts";
import type { Answer } from "../execute.ts";
import type { OpenedContext } from "../../composition/open-context.ts";
import type { ArtifactScope } from "../../workflows/judge/judge.ts";

interface ValidateFlags {
  readonly base?: string;
  readonly head?: string;
  readonly artifacts?: ArtifactScope;
}

/** `modeltrail validate` */
export function declareValidate(command: Command, execute: Execute): void {
  command
    .description(
      "Without --base: check every file of the registry as it lies in the work tree, committed or not. With --base: the verdict on what --head changed since it left --base, under the policy of --base.",
    )
    .option("--base <revision>", "judge a change against this branch, tag or commit")
    .option("--head <revision>", "the change to judge (default: HEAD)");
  command.addOption(
    command
      .createOption(
        "--artifacts <which>",
        "whose bytes to prove in storage (default: changed with --base, else none)",
      )
      .choices(["none", "changed", "all"]),
  );
  addGuide(command, {
    examples: [
      ["modeltrail validate", "is anything wrong in the files?"],
      ["modeltrail validate --base main --head my-branch", "would my-branch be let in?"],
      ["modeltrail validate --artifacts all", "and are all bytes in storage?"],
    ],
    exits: [
      [0, "nothing is wrong; the change passes"],
      [1, "findings; the change is denied or pending; there is no such revision"],
      COULD_NOT_TELL,
    ],
  });
  command.action((flags: ValidateFlags) =>
    execute(command, async ({ open }) => validate(await open(), flags)),
  );
}

async function validate(context: OpenedContext, { base, head, artifacts }: ValidateFlags): Promise<Answer> {
  const { validateChange, validateWorkTree } = await import("../../workflows/validate.ts");
  const { locateFiles, locateFindings, locateVerdict } = await import("../../report/repository-paths.ts");
  const { prefix } = context;
  if (base === undefined && head === undefined) {
    const report = await validateWorkTree(context, artifacts ?? "none");
    const located = {
      ...report,
      findings: locateFindings(report.findings, prefix),
      suggestions: locateFiles(report.suggestions, prefix),
    };
    return {
      document: located,
      yes: located.verdict === "pass",
      text: async (look) => (await import("../../report/text/checks.ts")).renderTreeReport(located, look),
    };
  }
  const report = await validateChange(
    context,
    { base: await requireBase(base), head: head ?? "HEAD" },
    artifacts ?? "changed",
  );
  const located = { ...locateVerdict(report, prefix), suggestions: locateFiles(report.suggestions, prefix) };
  return {
    document: located,
    yes: located.verdict === "pass",
    text: async () => (await import("../../report/text/checks.ts")).renderChangeReport(located),
  };
}

async function requireBase(base: string | undefined): Promise<string> {
  if (base !== undefined) return base;
  const { ModeltrailError } = await import("../../diagnostics/errors.ts");
  throw new ModeltrailError("USAGE", "--head needs --base", {
    hint: "Name what the change is to be merged into, such as --base main.",
  });
}
