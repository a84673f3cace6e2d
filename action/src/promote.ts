import { isModeltrailError, ModeltrailError } from "../../src/diagnostics/errors.ts";
import { renderOutcome } from "../../src/report/text/proposal.ts";
import type { MoveOutcome } from "../../src/workflows/move.ts";
import { promoteVersion } from "../../src/workflows/promote.ts";
import type { ProposalOutcome } from "../../src/workflows/write/propose.ts";
import { type InputRules, type Inputs, PATH, readInputs, TOKEN, YES_NO } from "./inputs.ts";
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
  requireOneWay(inputs);
  const { token, path, model, version, stage, reason } = inputs;
  const context = await openRegistry(env, { token, path });
  let standing: ProposalOutcome | undefined;
  try {
    const outcome = await promoteVersion(context, `${model}@${version}`, stage, {
      ...(reason === "" ? {} : { reason }),
      draft: inputs.draft === "true",
      autoMerge: inputs["auto-merge"] === "true",
      stands: (proposal) => {
        standing = proposal;
        tell(proposal);
      },
    });
    if (standing !== undefined) return;
    tell(outcome);
    if (outcome.status === "denied")
      failStep(
        `${model}@${version} was not proposed for ${stage}: the verdict is ${outcome.verdict.verdict}`,
      );
  } catch (error) {
    throw standing?.request === undefined ? error : notArmed(standing.request, error);
  } finally {
    await context.repository.close();
  }
}

/** GitHub merges no draft by itself, so what is denied could not be both. */
function requireOneWay({ draft, "auto-merge": autoMerge }: Inputs<typeof PROMOTE_INPUTS>): void {
  if (draft !== "true" || autoMerge !== "true") return;
  throw new ModeltrailError("USAGE", 'the inputs "draft" and "auto-merge" are both true', {
    hint: "Leave one of them out: GitHub merges no draft by itself.",
  });
}

function tell(outcome: MoveOutcome): void {
  sayPage(
    renderOutcome(outcome, { width: undefined, now: new Date(), hints: false, suggest: () => undefined }),
  );
  setOutput("status", outcome.status);
  if (outcome.status === "already") return;
  setOutput("verdict", outcome.verdict.verdict);
  if (outcome.status === "denied") return;
  setOutput("branch", outcome.branch);
  if (outcome.request === undefined) return;
  setOutput("number", outcome.request.number);
  setOutput("url", outcome.request.url);
}

/** The pull request is open all the same, and its outputs are set: whoever goes on has to know what is not done. */
function notArmed({ number }: NonNullable<ProposalOutcome["request"]>, error: unknown): unknown {
  if (!isModeltrailError(error)) return error;
  const { code, message, hint } = error;
  const more = hint === undefined ? {} : { hint };
  return new ModeltrailError(code, `#${number} is open, but will not be merged by itself: ${message}`, {
    ...more,
    cause: error,
  });
}
