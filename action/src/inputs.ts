import { ModeltrailError } from "../../src/diagnostics/errors.ts";

/** What one input takes. Names and defaults are those of `action.yml`, which a test holds to this. */
export interface InputRule {
  readonly fallback?: string;
  readonly required?: true;
  readonly oneOf?: readonly string[];
}

export type InputRules = Readonly<Record<string, InputRule>>;

/** The values of a step's inputs, with an empty text for those left out. */
export type Inputs<T extends InputRules> = Readonly<Record<keyof T & string, string>>;

/** Reads the inputs of a step. Rejects with USAGE what is not known, missing, or none of its values. */
export function readInputs<T extends InputRules>(
  rules: T,
  env: Readonly<Record<string, string | undefined>>,
): Inputs<T> {
  const known = new Map(Object.keys(rules).map((name) => [variableOf(name), name]));
  for (const variable of Object.keys(env)) {
    if (!variable.startsWith("INPUT_") || known.has(variable)) continue;
    throw unusable(variable.slice("INPUT_".length).toLowerCase(), "is not known", [...known.values()]);
  }
  const values = Object.entries(rules).map(([name, rule]) => [name, readOne(name, rule, env)] as const);
  return Object.fromEntries(values) as Inputs<T>;
}

/** As the runner writes it. */
function variableOf(name: string): string {
  return `INPUT_${name.replaceAll(" ", "_").toUpperCase()}`;
}

function readOne(
  name: string,
  { fallback = "", required, oneOf }: InputRule,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const given = env[variableOf(name)]?.trim() ?? "";
  const value = given === "" ? fallback : given;
  if (required === true && value === "") {
    throw new ModeltrailError("USAGE", `the input "${name}" is missing`, {
      hint: `Set it below "with:" of the step.`,
    });
  }
  if (oneOf !== undefined && value !== "" && !oneOf.includes(value))
    throw unusable(name, `is ${JSON.stringify(value)}`, oneOf);
  return value;
}

function unusable(name: string, what: string, takes: readonly string[]): ModeltrailError {
  return new ModeltrailError("USAGE", `the input "${name}" ${what}`, { hint: `Use ${takes.join(", ")}.` });
}

/** Rules of inputs that several steps have. */
export const TOKEN = { token: { required: true } } as const;
export const PATH = { path: { fallback: "." } } as const;
export const YES_NO = ["true", "false"] as const;

/** The input `path` as the names of folders from the repository's root. Rejects with USAGE what leads out of it. */
export function readFolder(path: string): readonly string[] {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  if (!path.startsWith("/") && !parts.some((part) => part === ".." || part.includes("\\"))) return parts;
  throw new ModeltrailError("USAGE", `the input "path" is ${JSON.stringify(path)}`, {
    hint: "Name the registry's folder from the repository's root, such as ml/registry.",
  });
}
