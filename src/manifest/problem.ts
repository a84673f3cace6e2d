import type { FindingCode } from "../diagnostics/catalogue.ts";

/** Something wrong in a text, before it is known which file it is. */
export interface Problem {
  readonly code: FindingCode;
  readonly message: string;
  /** Where, from the beginning of the text. */
  readonly offset: number;
  readonly pointer?: string;
  readonly hint?: string;
}

/** As many problems of one file as anybody wants to read. */
export const MOST_PROBLEMS = 50;
