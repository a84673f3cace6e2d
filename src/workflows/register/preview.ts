import { renderManifest } from "../../manifest/render.ts";
import type { ModelVersion } from "../../manifest/types.generated.ts";
import { ModeltrailError } from "../../diagnostics/errors.ts";
import { versionPath } from "../../registry/layout.ts";
import type { ScannedModel } from "../../ports/model-files.ts";
import { parseManifest } from "../read/manifests.ts";
import { describeVersion, type KnownFacts, type ToldFacts } from "./describe.ts";

/** What is known of a version before its bytes are stored. */
export interface Preview extends Pick<KnownFacts, "model" | "lineage" | "createdBy" | "createdAt"> {
  readonly scanned: ScannedModel;
  readonly format: Pick<ModelVersion["spec"]["artifact"], "format" | "formatVersion">;
}

const VERSION = "1.0.0";
const DIGEST = `sha256:${"0".repeat(64)}`;

/**
 * Rejects with USAGE when no manifest can say what was told of a version: better before gigabytes are stored than
 * after. Number, digests and address stand for those that storing will give.
 */
export async function refuseUntellable(preview: Preview, told: ToldFacts): Promise<void> {
  const { scanned, format, ...known } = preview;
  const files = scanned.files.map(({ path, sizeBytes }) => ({ path, sizeBytes, digest: DIGEST }));
  const artifact = { uri: "file:preview/", digest: DIGEST, sizeBytes: 0, ...format, files };
  const manifest = describeVersion({ ...known, version: VERSION, artifact }, told);
  const text = new TextEncoder().encode(renderManifest(manifest));
  const reading = await parseManifest("ModelVersion", text, versionPath(known.model, VERSION));
  if (reading.ok) return;
  const [finding] = reading.findings;
  throw new ModeltrailError("USAGE", finding?.message ?? "no manifest can say that", {
    hint: "Correct the option; nothing was stored.",
  });
}
