import { isModeltrailError, redactSecrets } from "../../src/diagnostics/errors.ts";
import { chooseEnvironment, narrowProcess } from "./environment.ts";
import { failStep, say } from "./runner.ts";

/** Each is made ready when it is run: all of them lie in one file. */
const ACTIONS = {
  gate: async () => (await import("./gate.ts")).runGate,
  promote: async () => (await import("./promote.ts")).runPromote,
  record: async () => (await import("./record.ts")).runRecord,
  validate: async () => (await import("./validate.ts")).runValidate,
} as const;

export type ActionName = keyof typeof ACTIONS;

/** Runs one of the actions as a step. Whatever goes wrong fails the step, with one line that says what. */
export async function runAction(name: ActionName): Promise<void> {
  const env = chooseEnvironment(process.env);
  narrowProcess(env);
  try {
    const run = await ACTIONS[name]();
    await run(env);
  } catch (error) {
    explain(error);
  }
}

function explain(error: unknown): void {
  if (isModeltrailError(error)) {
    // On a command line the hint is about variables and gh; here the token is an input.
    const hint = error.code === "CREDENTIALS" ? 'Check the input "token".' : error.hint;
    return failStep([`${error.message} (${error.code})`, ...(hint === undefined ? [] : [hint])].join(" → "));
  }
  const { name, message, stack = "" } = error instanceof Error ? error : new Error(String(error));
  for (const line of redactSecrets(stack).split("\n").slice(1)) say(line);
  failStep(
    `${redactSecrets(`${name}: ${message}`)} → This is a bug in Modeltrail, not in your registry. Please report it.`,
  );
}
