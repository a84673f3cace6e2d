import type { StageSuggestion } from "../../workflows/judge/suggest.ts";
import { styled, type Line } from "../page.ts";

/** The exact lines that stages edited by hand must hold. */
export function renderSuggestions(suggestions: readonly StageSuggestion[]): readonly Line[] {
  return suggestions.flatMap(({ file, version, artifact }): Line[] => [
    [],
    [
      "For version ",
      styled("strong", version),
      ", ",
      styled("strong", file),
      " must hold exactly these lines in spec:",
    ],
    ["  artifact:"],
    ...Object.entries(artifact).map(([field, value]): Line => [
      styled("good", `    ${field}: ${JSON.stringify(value)}`),
    ]),
  ]);
}
