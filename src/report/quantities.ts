/** A moment of a manifest or a commit in the reader's own time zone: `2026-11-20 10:15`. */
export function formatTime(timestamp: string): string {
  const moment = new Date(timestamp);
  if (Number.isNaN(moment.getTime())) return timestamp;
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
  return `${day} ${two(moment.getHours())}:${two(moment.getMinutes())}`;
}

/** How long ago a moment was, in its greatest unit: `3 d`. */
export function formatAge(timestamp: string, now: Date): string {
  const seconds = Math.max(0, (now.getTime() - new Date(timestamp).getTime()) / 1000);
  if (Number.isNaN(seconds)) return timestamp;
  const units = [
    [86_400, "d"],
    [3600, "h"],
    [60, "min"],
  ] as const;
  const unit = units.find(([length]) => seconds >= length);
  return unit === undefined ? "now" : `${Math.floor(seconds / unit[0])} ${unit[1]}`;
}

/** A commit as people name it. */
export function shortCommit(oid: string): string {
  return oid.slice(0, 10);
}
