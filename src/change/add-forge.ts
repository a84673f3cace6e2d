/**
 * Adds `forge` to the text of a modeltrail.yaml that has none, as the first field of its spec, and keeps every other
 * byte. Undefined where `spec:` does not stand on a line of its own; the caller reads the result before it is used.
 */
export function addForge(
  text: string,
  forge: { readonly github: string; readonly apiUrl?: string },
): string | undefined {
  const lines = text.split("\n");
  const at = lines.findIndex((line) => /^spec:\s*(#.*)?$/.test(line));
  const next = lines.slice(at + 1).find((line) => /^\s*[^\s#]/.test(line));
  const indent = /^ +/.exec(next ?? "")?.[0];
  if (at === -1 || indent === undefined) return undefined;
  const eol = lines[at]?.endsWith("\r") === true ? "\r" : "";
  const fields = Object.entries(forge).map(([key, value]) => `${indent}  ${key}: ${JSON.stringify(value)}`);
  const added = [`${indent}forge:`, ...fields].map((line) => `${line}${eol}`);
  return [...lines.slice(0, at + 1), ...added, ...lines.slice(at + 1)].join("\n");
}
