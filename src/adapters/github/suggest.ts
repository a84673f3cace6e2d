import { createHash } from "node:crypto";
import type { Suggestion } from "../../ports/forge.ts";
import { readPages } from "./pages.ts";
import type { Place } from "./pulls.ts";
import { settle } from "./settle.ts";
import { type Authored, isTrusted } from "./trusted.ts";

interface CommentReply extends Authored {
  readonly body: string;
  readonly path: string;
  /** None, or null, once the lines have changed. */
  readonly line?: number | null | undefined;
}

/** A review comment with a suggestion that a reviewer commits with one click; not a second time. */
export async function postSuggestion(place: Place, number: number, suggestion: Suggestion): Promise<void> {
  const { rest, repo } = place.api;
  const { head, file, lines, note } = suggestion;
  const marker = `<!-- modeltrail:suggestion ${identify(suggestion)} -->`;
  const look = async (): Promise<true | undefined> => {
    const comments = await readPages<CommentReply>((page) =>
      rest.pulls.listReviewComments({ ...repo, ...page, pull_number: number }),
    );
    const stands = comments.some(
      (one) =>
        one.path === file && typeof one.line === "number" && one.body.includes(marker) && isTrusted(one),
    );
    return stands ? true : undefined;
  };
  if ((await look()) === true) return;
  const several = lines.from < lines.to ? ({ start_line: lines.from, start_side: "RIGHT" } as const) : {};
  await settle<true>(async () => {
    await rest.pulls.createReviewComment({
      ...repo,
      pull_number: number,
      commit_id: head,
      path: file,
      side: "RIGHT",
      line: lines.to,
      ...several,
      body: `${note}\n\n${renderSuggestion(suggestion.text)}\n\n${marker}`,
    });
    return true;
  }, look);
}

/** The same lines with the same text are the same suggestion, whatever commit stands under them. */
function identify({ file, lines, text }: Suggestion): string {
  return createHash("sha256")
    .update(JSON.stringify([file, lines.from, lines.to, text]))
    .digest("hex")
    .slice(0, 32);
}

/** In a fence that is longer than any in the text. An empty text takes the lines away. */
function renderSuggestion(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return [`${fence}suggestion`, ...(text === "" ? [] : [text]), fence].join("\n");
}
