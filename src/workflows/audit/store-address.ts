import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { Registry } from "../../manifest/types.generated.ts";

const FORMS =
  "s3://bucket/prefix/, s3://bucket/prefix/?region=eu-west-1&endpoint=https://host, or file:/folder/";

/**
 * A store that somebody named by hand: its address as in spec.storage.uri, and what else S3 has to know behind a `?`, since
 * nothing of it may come from the repository that is in doubt. Rejects with USAGE.
 */
export function parseStoreAddress(address: string): Registry["spec"]["storage"] {
  const [, scheme, path = "", query = ""] = /^(s3:\/\/|file:)([^?]+)(?:\?(.*))?$/s.exec(address) ?? [];
  if (scheme === undefined) throw noAddress(address);
  const uri = `${scheme}${path.endsWith("/") ? path : `${path}/`}`;
  const settings = new URLSearchParams(query);
  const known = new Set(["region", "endpoint", "forcePathStyle"]);
  if ([...settings.keys()].some((name) => !known.has(name))) throw noAddress(address);
  if (scheme === "file:" && query !== "") throw noAddress(address);
  const region = settings.get("region");
  const endpoint = settings.get("endpoint");
  return {
    uri,
    ...(region === null ? {} : { region }),
    ...(endpoint === null ? {} : { endpoint }),
    ...(settings.has("forcePathStyle") ? { forcePathStyle: settings.get("forcePathStyle") === "true" } : {}),
  };
}

function noAddress(address: string): ModeltrailError {
  return new ModeltrailError("USAGE", `${JSON.stringify(address)} is no address of a store`, {
    hint: `--anchors takes ${FORMS}.`,
  });
}
