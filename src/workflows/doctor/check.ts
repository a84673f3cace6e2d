/** One thing that was looked at. */
export interface Check {
  readonly name: string;
  /** `warn` is worth a look; `fail` keeps something from working. */
  readonly status: "ok" | "warn" | "fail";
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
}

/** What a look came to. */
export type Answer = Omit<Check, "name">;
