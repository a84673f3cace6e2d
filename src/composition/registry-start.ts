import { stat } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { ModeltrailError } from "../diagnostics/errors.ts";
import { REGISTRY_FILE } from "../registry/layout.ts";

const EXAMPLE = "https://github.com/acme/models";

/** The folder that was named as a registry's: itself, or that of its modeltrail.yaml. Rejects with USAGE for anything else. */
export async function findRegistryStart(registry: string, cwd: string): Promise<string> {
  if (registry.trim() === "")
    throw new ModeltrailError("USAGE", "the registry is named by an empty text", {
      hint: `Name its folder, or its address on GitHub (${EXAMPLE}).`,
    });
  const path = resolve(cwd, registry);
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() === true) return path;
  const address = found === undefined ? renderAddress(registry) : undefined;
  if (address !== undefined) throw noAddress(registry, address);
  if (basename(path) === REGISTRY_FILE) return dirname(path);
  const what = found === undefined ? `there is no folder ${path}` : `${path} is a file`;
  throw new ModeltrailError("USAGE", what, {
    hint: `Name the registry's folder, which holds ${REGISTRY_FILE}.`,
  });
}

/** What was meant, of a text that is an address for Git and none that we read; undefined for a path. */
function renderAddress(text: string): string | undefined {
  const [, host, path] =
    /^(?:[a-z][a-z0-9+.-]*:\/\/)(?:[^/@]*@)?([^/:]*)(?::\d+)?\/(.*)$/i.exec(text) ??
    /^[^/\\@:]+@([^/\\:]+):(.*)$/.exec(text) ??
    /^((?:www\.)?github\.com)[/:](.*)$/i.exec(text) ??
    [];
  if (host === undefined || path === undefined) return undefined;
  const [, place] = /^\/?([-\w]+\/[-\w.]+?)(?:\.git)?\/?$/.exec(path) ?? [];
  return host === "" || place === undefined ? EXAMPLE : `https://${host.toLowerCase()}/${place}`;
}

function noAddress(text: string, address: string): ModeltrailError {
  return new ModeltrailError(
    "USAGE",
    `${JSON.stringify(text)} is neither a folder nor an address on GitHub`,
    {
      hint: `Of a registry on GitHub, the address looks like ${address}; clone any other, and name the clone's folder.`,
    },
  );
}
