import { isRegistryPath } from "../../registry/layout.ts";
import { auditBranch } from "../audit/place.ts";
import type { Context } from "../context.ts";
import type { RegistryCommit } from "../read/commit.ts";
import { readPolicy } from "../read/policy.ts";
import { describePlace, type Neighbour, readNeighbours } from "../read/registries.ts";
import type { Answer } from "./check.ts";

/** Whether the repository's registries keep out of each other's branches and files. */
export async function checkNeighbours(context: Context, commit: RegistryCommit): Promise<Answer> {
  const { prefix } = context;
  const neighbours = await readNeighbours(context, commit.oid);
  if (neighbours.length === 0)
    return { status: "ok", message: "none: no other registry was found in the repository" };
  const mixed = neighbours.find((other) => isAmongModels(prefix, other.prefix));
  if (mixed !== undefined)
    return {
      status: "warn",
      message: `this registry and the one ${describePlace(mixed.prefix)} lie one in the other's models/`,
      hint: "Move one of them to a folder beside the other's models/.",
    };
  const registry = await readPolicy(context, commit);
  const { name } = registry.metadata;
  const audit = auditBranch(registry, prefix);
  const called = neighbours.find((other) => other.registry?.metadata.name === name);
  if (called !== undefined && prefix !== "" && called.prefix !== "")
    return {
      status: "warn",
      message: `the registry ${describePlace(called.prefix)} is called ${name}, too: their proposals are branches of the same names`,
      hint: "Change metadata.name in one of the two modeltrail.yaml while it has no open proposals, and name its audit branch in spec.audit.branch.",
    };
  const recorded = neighbours.find((other) => isRecordedIn(other, audit));
  if (recorded !== undefined)
    return {
      status: "warn",
      message: `the registry ${describePlace(recorded.prefix)} is recorded in ${audit}, too`,
      hint: "Name another branch in spec.audit.branch of one of the two modeltrail.yaml.",
    };
  return {
    status: "ok",
    message: `beside ${neighbours.map((other) => describePlace(other.prefix)).join(", ")}`,
  };
}

function isRecordedIn({ prefix, registry }: Neighbour, branch: string): boolean {
  return registry !== undefined && auditBranch(registry, prefix) === branch;
}

function isAmongModels(one: string, other: string): boolean {
  const [outer, inner] = one.length < other.length ? [one, other] : [other, one];
  return inner.startsWith(outer) && isRegistryPath(inner.slice(outer.length));
}
