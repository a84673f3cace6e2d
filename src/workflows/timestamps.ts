/** Seconds since 1970 as manifests write moments: `2026-11-20T10:15:00Z`. */
export function toTimestamp(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}
