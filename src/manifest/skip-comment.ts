/** What keeps Argo CD from rendering a file; the first line of every manifest that we write. */
export const SKIP_COMMENT = "# +argocd:skip-file-rendering";

/** Whether the comment stands as a line of its own before the first key. */
export function hasSkipComment(text: string): boolean {
  let start = 0;
  while (start < text.length) {
    const newline = text.indexOf("\n", start);
    const end = newline === -1 ? text.length : newline;
    const line = text.slice(start, end).trimEnd();
    if (line === SKIP_COMMENT) return true;
    if (line !== "" && line !== "---" && !line.trimStart().startsWith("#")) return false;
    start = end + 1;
  }
  return false;
}
