/**
 * What a registry calls the statuses that it puts on commits: `modeltrail/verdict`, `modeltrail/schema`. Statuses belong
 * to a whole repository, so those of a registry in a folder name it: `modeltrail/ml/models/verdict`.
 */
export function statusName(prefix: string, part: string): string {
  return `modeltrail/${prefix}${part}`;
}
