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
