import type { Command } from "commander";
import type { Execute } from "../execute.ts";
import { addGuide, COULD_NOT_TELL } from "../guide.ts";
import type { Answer } from "../execute.ts";
import type { OpenedContext } from "../../composition/opened-context.ts";
import type { ArtifactScope } from "../../workflows/judge/judge.ts";
import type { ChangeReport } from "../../workflows/validate.ts";
import { parseNumber } from "../parse.ts";

interface ValidateFlags {
  readonly base?: string;
  readonly head?: string;
  readonly artifacts?: ArtifactScope;
  readonly pullRequest?: number;
  readonly suggest?: boolean;
}

/** `modeltrail validate` */
export function declareValidate(command: Command, execute: Execute): void {
  command
    .description(
      "Without --base: check every file of the registry as it lies in the work tree, committed or not. With --base: the verdict on what --head changed since it left --base, under the policy of --base. With --pull-request: the same for an open pull request on GitHub, a person's too.",
    )
    .option("--base <revision>", "judge a change against this branch, tag or commit")
    .option("--head <revision>", "the change to judge (default: HEAD)")
    .option("--pull-request <number>", "judge this pull request", parseNumber)
    .option(
      "--suggest",
      "post what stages edited by hand have to say as suggestions, which a reviewer commits with one click",
    );
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
      ["modeltrail validate --pull-request 12 --suggest", "help somebody who edited a stage in the browser"],
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

async function validate(context: OpenedContext, flags: ValidateFlags): Promise<Answer> {
  const { base, head, artifacts } = flags;
  const { validateChange, validateWorkTree } = await import("../../workflows/validate.ts");
  const { locateFiles, locateFindings, locateVerdict } = await import("../../report/repository-paths.ts");
  const { prefix } = context;
  if (base === undefined && head === undefined && flags.pullRequest === undefined) {
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
  const report =
    flags.pullRequest === undefined
      ? await validateChange(
          context,
          { base: await requireBase(base), head: head ?? "HEAD" },
          artifacts ?? "changed",
        )
      : await judgeRequest(context, flags.pullRequest, flags);
  const located = { ...locateVerdict(report, prefix), suggestions: locateFiles(report.suggestions, prefix) };
  return {
    document: located,
    yes: located.verdict === "pass",
    text: async () => (await import("../../report/text/checks.ts")).renderChangeReport(located),
  };
}

async function judgeRequest(
  context: OpenedContext,
  number: number,
  { base, head, artifacts = "changed", suggest = false }: ValidateFlags,
): Promise<ChangeReport> {
  if (base !== undefined || head !== undefined) {
    const { ModeltrailError } = await import("../../diagnostics/errors.ts");
    throw new ModeltrailError("USAGE", "--pull-request knows its own base and head", {
      hint: "Leave --base and --head out.",
    });
  }
  const { validateRequest } = await import("../../workflows/validate-request.ts");
  return validateRequest(context, number, { artifacts, suggest });
}

async function requireBase(base: string | undefined): Promise<string> {
  if (base !== undefined) return base;
  const { ModeltrailError } = await import("../../diagnostics/errors.ts");
  throw new ModeltrailError("USAGE", "--head needs --base", {
    hint: "Name what the change is to be merged into, such as --base main.",
  });
}
