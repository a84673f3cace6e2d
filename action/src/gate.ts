import { renderGate } from "../../src/report/text/resolution.ts";
import { gateStage } from "../../src/workflows/gate.ts";
import { findNamedBranch } from "../../src/workflows/read/named-branch.ts";
import { type InputRules, PATH, readInputs, TOKEN } from "./inputs.ts";
import { openRegistry } from "./registry.ts";
import { failStep, sayPage, setOutput } from "./runner.ts";

export const GATE_INPUTS = {
  ...TOKEN,
  registry: {},
  ...PATH,
  model: { required: true },
  stage: { required: true },
  "expect-version": {},
  "expect-digest": {},
} as const satisfies InputRules;

/** Lets a deploy job go on, or stops it. There is no output unless the gate passes. */
export async function runGate(env: Readonly<Record<string, string>>): Promise<void> {
  const inputs = readInputs(GATE_INPUTS, env);
  const { token, path, registry, model, stage } = inputs;
  const context = await openRegistry(env, { token, path, registry });
  try {
    const expected = {
      ...(inputs["expect-version"] === "" ? {} : { version: inputs["expect-version"] }),
      ...(inputs["expect-digest"] === "" ? {} : { digest: inputs["expect-digest"] }),
    };
    const named = await findNamedBranch(context);
    const at = named === undefined ? {} : { ref: named.tip };
    const answer = await gateStage(context, `${model}@${stage}`, expected, at);
    sayPage(renderGate(answer));
    if (!answer.pass) return failStep(`${model}@${stage} may not be deployed: ${answer.reasons.join("; ")}`);
    const { version, uri, digest, format, sizeBytes, commit } = answer;
    for (const [name, value] of Object.entries({ version, uri, digest, format, size: sizeBytes, commit }))
      setOutput(name, value);
  } finally {
    await context.repository.close();
  }
}
