import { meets, type OwnerLine } from "./owner-patterns.ts";

/** A path that decides over all models, and who is to have a say in it. */
export interface SharedClaim {
  readonly pattern: string;
  /** As the file names them, with their `@`. */
  readonly owners: readonly string[];
  /** The line above that gives the path to others, who keep it; undefined where nobody had it. */
  readonly kept: OwnerLine | undefined;
}

/** What a registry claims of a repository that others may have a say in, too. */
export interface SharedPaths {
  /** The registry's folder as patterns begin: `/`, `/ml/`. */
  readonly root: string;
  /** Logins and teams, with their `@`. */
  readonly owners: readonly string[];
  /** Its workflows, from the repository's root. */
  readonly workflows: readonly string[];
  /** Where the lines lie. */
  readonly file: string;
  /** The lines above, of whomever. */
  readonly above: readonly OwnerLine[];
}

const WORKFLOWS = ".github/workflows/";

/**
 * The policy, the workflows and the file itself. The last line that matches counts, so each names also those who had the
 * path before. Where no line says who owns workflows, all of them are claimed: one that somebody adds can report a
 * verdict, too.
 */
export function claimShared(shared: SharedPaths): readonly SharedClaim[] {
  const { root, owners, workflows, file, above } = shared;
  if (owners.length === 0) return [];
  const isFree = !above.some((line) => isClaim(line) && meets(line.segments, [".github", "workflows", "*"]));
  const patterns = [
    `${root}modeltrail.yaml`,
    ...(isFree ? [`/${WORKFLOWS}`] : workflows.map((path) => `/${path}`)),
    `/${file}`,
  ];
  return patterns.map((pattern) => {
    const kept = isFree && pattern === `/${WORKFLOWS}` ? undefined : ownerAbove(above, pattern);
    return { pattern, owners: [...new Set([...(kept?.owners ?? []), ...owners])], kept };
  });
}

/** The line that counted for a path; one for everything is what other lines are there to narrow. */
function ownerAbove(above: readonly OwnerLine[], pattern: string): OwnerLine | undefined {
  const path = pattern.replaceAll("\\ ", " ").split("/").slice(1);
  const last = above.findLast((line) => meets(line.segments, path));
  return last !== undefined && isClaim(last) ? last : undefined;
}

function isClaim({ segments, owners }: OwnerLine): boolean {
  return owners.length > 0 && segments.some((name) => !/^\*+$/.test(name));
}
