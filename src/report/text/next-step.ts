import type { Line, Look } from "../page.ts";

/** Suggests what to type next. It is said apart from the answer, so it adds no line to it. */
export function renderNext(look: Look, command: string): readonly Line[] {
  look.suggest(command);
  return [];
}
