import type { Command } from "commander";

/** What help and docs/cli.md say of a command beyond its options. */
export interface Guide {
  /** Command lines, each with what it does. */
  readonly examples: readonly (readonly [command: string, does: string])[];
  /** What each exit code means here. */
  readonly exits: readonly (readonly [code: 0 | 1 | 2, meaning: string])[];
}

const GUIDES = new WeakMap<Command, Guide>();

/** Adds examples and exit codes to a command's help. */
export function addGuide(command: Command, guide: Guide): void {
  GUIDES.set(command, guide);
  command.addHelpText("after", () => renderGuide(guide));
}

export function guideOf(command: Command): Guide | undefined {
  return GUIDES.get(command);
}

function renderGuide({ examples, exits }: Guide): string {
  const lines = examples.flatMap(([command, does]) => [`  ${command}`, `      ${does}`]);
  const codes = exits.map(([code, meaning]) => `  ${code}  ${meaning}`);
  return ["", "Examples:", ...lines, "", "Exit codes:", ...codes].join("\n");
}

/** How every command fails when it cannot tell. */
export const COULD_NOT_TELL = [2, "could not tell: wrong usage, credentials, network, conflict"] as const;
