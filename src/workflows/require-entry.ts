import { ModeltrailError } from "../diagnostics/errors.ts";
import type { Entry } from "../registry/model-view.ts";

/** The value of a manifest that an answer depends on; BROKEN_MANIFEST with what is wrong when it cannot be read. */
export function requireValue<T>(entry: Entry<T> | undefined): T {
  if (entry?.value !== undefined) return entry.value;
  const [finding] = entry?.findings ?? [];
  throw broken(entry?.path ?? "the manifest", finding?.line, finding?.message ?? "cannot be read");
}

/** The same, of a manifest whose fields have to say what was asked for: its path alone proves nothing. */
export function requireOwn<T extends { readonly spec: object }>(
  entry: Entry<T> | undefined,
  expected: Partial<T["spec"]>,
): T {
  const value = requireValue(entry);
  const fields = new Map<string, unknown>(Object.entries(value.spec));
  for (const [field, wanted] of Object.entries(expected)) {
    if (fields.get(field) === wanted) continue;
    const line = entry?.positionOf(`/spec/${field}`)?.line;
    throw broken(
      entry?.path ?? "",
      line,
      `spec.${field} is ${JSON.stringify(fields.get(field))}, but the path says ${JSON.stringify(wanted)}`,
    );
  }
  return value;
}

/** Says where a manifest is wrong. */
export function broken(path: string, line: number | undefined, message: string): ModeltrailError {
  return new ModeltrailError(
    "BROKEN_MANIFEST",
    `${path}${line === undefined ? "" : `:${line}`}: ${message}`,
    {
      hint: "Run modeltrail validate to see everything that is wrong.",
    },
  );
}
