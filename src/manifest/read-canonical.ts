import type { Position } from "../diagnostics/finding.ts";
import { parseCanonical, type Offsets } from "./canonical.ts";
import { decodeText } from "./characters.ts";
import { limitsOf, type ManifestLimits } from "./limits.ts";
import { indexLines } from "./line-index.ts";
import type { ManifestByKind, ManifestKind, ParsedManifest } from "./parsed.ts";
import { hasSkipComment } from "./skip-comment.ts";
import { readStageText } from "./stage-text.generated.ts";
import { validateManifest } from "./validate.ts";

/**
 * Reads a manifest that is written as Modeltrail writes it, quickly and without a YAML library. Undefined says
 * nothing about the file: `parseStrictManifest` has to decide.
 */
export function parseCanonicalManifest<K extends ManifestKind>(
  kind: K,
  bytes: Uint8Array,
): ParsedManifest<ManifestByKind[K]> | undefined {
  const limits = limitsOf(kind);
  if (bytes.length > limits.bytes) return undefined;
  const text = decodeText(bytes);
  if (text === undefined) return undefined;
  // Of all kinds, stages are read by the thousand. What this expression matches holds to the schema already.
  const stage = kind === "ModelStage" ? readStageText(text) : undefined;
  if (stage !== undefined) return accept(stage as ManifestByKind[K], text, limits);
  if (!hasSkipComment(text)) return undefined;
  const value = parseCanonical(text, limits);
  if (value === undefined) return undefined;
  const validation = validateManifest(kind, value);
  return validation.ok ? accept(validation.value, text, limits) : undefined;
}

function accept<T>(value: T, text: string, limits: ManifestLimits): ParsedManifest<T> {
  return { ok: true, value, text, positionOf: locateLater(text, limits) };
}

/** Positions are asked for now and then only, so the text is read for them when the first one is. */
function locateLater(text: string, limits: ManifestLimits): (pointer: string) => Position | undefined {
  let offsets: Offsets | undefined;
  let positionAt: ((offset: number) => Position) | undefined;
  return (pointer) => {
    if (offsets === undefined) {
      offsets = new Map();
      parseCanonical(text, limits, offsets);
    }
    positionAt ??= indexLines(text);
    const offset = offsets.get(pointer);
    return offset === undefined ? undefined : positionAt(offset);
  };
}
