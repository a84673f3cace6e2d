import { CATALOGUE, type FindingCode } from "./catalogue.ts";
import type { Finding } from "./finding.ts";

/** Where a finding is, and its words; `hint` is the catalogue's remedy unless a better one is at hand. */
export interface FindingDetail {
  readonly message: string;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  readonly pointer?: string | undefined;
  readonly hint?: string | undefined;
}

/** Makes a finding; gate and severity come from the catalogue. */
export function makeFinding(code: FindingCode, detail: FindingDetail): Finding {
  const { gate, severity, remedy } = CATALOGUE[code];
  const { message, file, line, column, pointer, hint = remedy } = detail;
  return {
    code,
    severity,
    gate,
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
    ...(pointer === undefined ? {} : { pointer }),
    message,
    hint,
  };
}
