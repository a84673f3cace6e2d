import { renderOutcome } from "../../src/report/text/proposal.ts";
import { promoteVersion } from "../../src/workflows/promote.ts";
import { type InputRules, PATH, readInputs, TOKEN, YES_NO } from "./inputs.ts";
import { openRegistry } from "./registry.ts";
import { failStep, sayPage, setOutput } from "./runner.ts";

export const PROMOTE_INPUTS = {
  ...TOKEN,
  ...PATH,
  model: { required: true },
  version: { required: true },
  stage: { required: true },
  reason: {},
  draft: { fallback: "false", oneOf: YES_NO },
  "auto-merge": { fallback: "false", oneOf: YES_NO },
} as const satisfies InputRules;

/** Opens a promotion from a workflow. Run again it finds its own pull request. */
export async function runPromote(env: Readonly<Record<string, string>>): Promise<void> {
  const inputs = readInputs(PROMOTE_INPUTS, env);
  const { token, path, model, version, stage, reason } = inputs;
  const context = await openRegistry(env, { token, path });
  try {
    const outcome = await promoteVersion(context, `${model}@${version}`, stage, {
      ...(reason === "" ? {} : { reason }),
      draft: inputs.draft === "true",
      autoMerge: inputs["auto-merge"] === "true",
    });
    sayPage(
      renderOutcome(outcome, { width: undefined, now: new Date(), hints: false, suggest: () => undefined }),
    );
    setOutput("status", outcome.status);
    if (outcome.status === "already") return;
    setOutput("verdict", outcome.verdict.verdict);
    if (outcome.status === "denied")
      return failStep(
        `${model}@${version} was not proposed for ${stage}: the verdict is ${outcome.verdict.verdict}`,
      );
    setOutput("branch", outcome.branch);
    if (outcome.request === undefined) return;
    setOutput("number", outcome.request.number);
    setOutput("url", outcome.request.url);
  } finally {
    await context.repository.close();
  }
}
