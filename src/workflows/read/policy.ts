import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { Registry } from "../../manifest/types.generated.ts";
import { REGISTRY_FILE } from "../../registry/layout.ts";
import type { Context, RegistryPlace } from "../context.ts";
import { readRegistryCommit, type RegistryCommit } from "./commit.ts";
import { readManifestAt } from "./manifest-at.ts";

/** modeltrail.yaml at a commit; BROKEN_MANIFEST with the first finding when it cannot be read. */
export async function readPolicy(context: Context, { oid, tree }: RegistryCommit): Promise<Registry> {
  const reading = await readManifestAt(context, { kind: "Registry", tree, path: REGISTRY_FILE });
  if (reading?.ok === true) return reading.value;
  const [first] = reading?.findings ?? [];
  throw new ModeltrailError(
    "BROKEN_MANIFEST",
    `${REGISTRY_FILE} cannot be read at commit ${oid.slice(0, 12)}: ${first?.message ?? "it is not there"}`,
    {
      hint: "Run modeltrail validate to see everything that is wrong in it.",
    },
  );
}

/** What modeltrail.yaml at HEAD says; undefined where there is none, or none that can be read. */
export async function tryReadPolicyAtHead(context: RegistryPlace): Promise<Registry | undefined> {
  const head = await context.repository.refs.resolve("HEAD");
  const commit = head === undefined ? undefined : await readRegistryCommit(context, head);
  if (commit === undefined) return undefined;
  const place = { kind: "Registry", tree: commit.tree, path: REGISTRY_FILE } as const;
  const reading = await readManifestAt(context, place);
  return reading?.ok === true ? reading.value : undefined;
}
