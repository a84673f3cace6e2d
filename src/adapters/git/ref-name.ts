import { ModeltrailError } from "../../diagnostics/errors.ts";

const FORBIDDEN = /[\u0000-\u0020\u007f~^:?*[\\]/;

/** Git's rules (`git help check-ref-format`) for a full name; nothing else becomes a path or an argument. */
export function isRefName(name: string): boolean {
  const parts = name.split("/");
  if (parts.length < 2 || parts[0] !== "refs") return false;
  if (name.includes("..") || name.includes("@{") || name.endsWith(".") || FORBIDDEN.test(name)) return false;
  return parts.every((part) => part !== "" && !part.startsWith(".") && !part.endsWith(".lock"));
}

export function requireRefName(name: string): string {
  if (!isRefName(name))
    throw new ModeltrailError("INVALID_INPUT", `not the full name of a ref: ${JSON.stringify(name)}`);
  return name;
}
