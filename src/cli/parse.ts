import { ModeltrailError } from "../diagnostics/errors.ts";

/** The fields that were given, without those that are undefined. */
export function keepGiven<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** A moment that somebody typed; without a zone it is local time. */
export function parseMoment(option: string, text: string): Date {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const moment = new Date(isDay ? `${text}T00:00:00` : text);
  if (isCalendarDay(text.slice(0, 10)) && !Number.isNaN(moment.getTime())) return moment;
  throw usage(
    `${option} ${JSON.stringify(text)} is no time`,
    "Write 2026-11-20, 2026-11-20T10:15 or 2026-11-20T10:15:00Z.",
  );
}

/** Dates that JavaScript would carry over, as 2026-02-30, are typing errors. */
function isCalendarDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

function usage(message: string, hint: string): ModeltrailError {
  return new ModeltrailError("USAGE", message, { hint });
}

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90s`, `30m`, `2h` or `1d`, in milliseconds. Rejects with USAGE. */
export function parseDuration(text: string): number {
  const [, count, unit = ""] = /^([1-9][0-9]{0,5})([smhd])$/.exec(text) ?? [];
  if (count !== undefined) return Number(count) * (UNITS[unit] ?? 0);
  throw usage(`${JSON.stringify(text)} is no duration`, "Write 90s, 30m, 2h or 1d.");
}

/** A number of things, from 1. Rejects with USAGE. */
export function parseCount(option: string, text: string): number {
  if (/^[1-9][0-9]{0,8}$/.test(text)) return Number(text);
  throw usage(`${option} ${JSON.stringify(text)} is no number`, "Write a whole number from 1.");
}

/** The number of a pull request, `12` or `#12`. Rejects with USAGE. */
export function parseNumber(text: string): number {
  const digits = /^#?([1-9][0-9]{0,8})$/.exec(text)?.[1];
  if (digits !== undefined) return Number(digits);
  throw usage(`${JSON.stringify(text)} is no number of a pull request`, "Write 12 or #12.");
}
