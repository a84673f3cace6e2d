import { styled, type Line, type Look } from "../page.ts";

/** What to type next, as the last line of an answer. */
export function renderNext(look: Look, command: string): readonly Line[] {
  return look.hints ? [[], ["Next: ", styled("strong", command)]] : [];
}
