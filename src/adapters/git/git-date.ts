import { ModeltrailError } from "../../diagnostics/errors.ts";

export interface GitDate {
  readonly seconds: number;
  readonly timezone: string;
}

/** A moment with the offset that this machine's zone has then. */
export function dateOf(moment: Date): GitDate {
  const minutes = -moment.getTimezoneOffset();
  return { seconds: Math.floor(moment.getTime() / 1000), timezone: renderOffset(minutes) };
}

/**
 * A date of the environment in the forms that Git documents: `<seconds> <+hhmm>` (with or without `@`), RFC 2822,
 * and ISO 8601 with a `T` or a space; without an offset it is local time.
 */
export function parseGitDate(text: string, variable: string): GitDate {
  const raw = /^@?(\d+)(?: ([+-]\d{4}))?$/.exec(text.trim());
  if (raw !== null) return { seconds: Number(raw[1]), timezone: raw[2] ?? "+0000" };
  const iso = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:\.\d+)? ?(Z|[+-]\d\d:?\d\d)?$/.exec(text.trim());
  const offset = iso === null ? /([+-]\d{4}|GMT|UTC)$/.exec(text.trim())?.[1] : iso[3];
  const moment =
    iso === null ? new Date(text) : new Date(`${iso[1] ?? ""}T${iso[2] ?? ""}${withColon(iso[3])}`);
  if (Number.isNaN(moment.getTime()) || moment.getTime() < 0) {
    throw new ModeltrailError("INVALID_INPUT", `${variable} is not a date: ${JSON.stringify(text)}`, {
      hint: "write it as 2026-01-31T12:00:00+01:00, or as seconds since 1970 and +0100",
    });
  }
  const local = dateOf(moment);
  if (offset === undefined) return local;
  return { seconds: local.seconds, timezone: /^[+-]/.test(offset) ? offset.replace(":", "") : "+0000" };
}

function withColon(offset: string | undefined): string {
  return offset === undefined ? "" : offset.replace(/^([+-]\d\d)(\d\d)$/, "$1:$2");
}

function renderOffset(minutes: number): string {
  const size = Math.abs(minutes);
  const digits = String(Math.floor(size / 60) * 100 + (size % 60)).padStart(4, "0");
  return `${minutes < 0 ? "-" : "+"}${digits}`;
}
