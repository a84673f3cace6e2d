/**
 * Free text for a commit's message, where GitHub reads more than people do: a mention calls somebody, a
 * number refers to an issue and `fixes` closes it, and `[skip ci]` keeps workflows from running. The words stay, what
 * they would do does not.
 */
export function inertWords(text: string): string {
  return text
    .replaceAll(/\[\s*(skip[ -]?ci|ci[ -]?skip|no[ -]?ci|skip[ -]?actions|actions[ -]?skip)\s*\]/gi, "($1)")
    .replaceAll(/\b(skip-checks)\s*:/gi, "$1 -")
    .replaceAll(/(?<![A-Za-z0-9_])@(?=[A-Za-z0-9])/g, "@ ")
    .replaceAll(/#(?=\d)/g, "# ")
    .replaceAll(/\b(GH)-(?=\d)/gi, "$1 ")
    .replaceAll(/\b(clos(?:e[sd]?)|fix(?:e[sd])?|resolve[sd]?)(:?\s+)(?=https?:\/\/)/gi, "$1 - ");
}
