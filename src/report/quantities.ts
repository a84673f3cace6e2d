/** A moment of a manifest or a commit in the reader's own time zone: `2026-11-20 10:15`. */
export function formatTime(timestamp: string): string {
  const moment = new Date(timestamp);
  if (Number.isNaN(moment.getTime())) return timestamp;
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
  return `${day} ${two(moment.getHours())}:${two(moment.getMinutes())}`;
}

/** A commit as people name it. */
export function shortCommit(oid: string): string {
  return oid.slice(0, 10);
}
