/**
 * What kept a command from doing its work. The exit code follows from the code alone:
 * 1 is a clear "no" (not found, empty, refused), 2 is "could not tell" (usage, credentials, network, conflict).
 */
const ERROR_EXITS = {
  NOT_FOUND: 1,
  EMPTY_STAGE: 1,
  BROKEN_MANIFEST: 1,
  YANKED: 1,
  VERSION_TAKEN: 1,
  STAGE_IN_USE: 1,
  NO_ROLLBACK_TARGET: 1,
  REJECTED_BEFORE: 1,
  FOREIGN_COMMITS: 1,
  MERGE_REFUSED: 1,
  DIGEST_MISMATCH: 1,
  HISTORY_REWRITTEN: 1,
  AUDIT_DAMAGED: 1,
  AUDIT_FORGED: 1,
  USAGE: 2,
  NOT_A_REGISTRY: 2,
  NOT_A_REPOSITORY: 2,
  UNSUPPORTED_REPOSITORY: 2,
  SHALLOW_CLONE: 2,
  NO_IDENTITY: 2,
  CONFLICT: 2,
  DIRTY_WORKTREE: 2,
  CREDENTIALS: 2,
  FORBIDDEN: 2,
  NETWORK: 2,
  RATE_LIMITED: 2,
  TIMEOUT: 2,
  STORAGE: 2,
  GIT: 2,
  FILE_SYSTEM: 2,
  INVALID_INPUT: 2,
} as const;

/** A stable name for one way of failing; part of the public interface. */
export type ErrorCode = keyof typeof ERROR_EXITS;

/** Exit code of anything that is not a ModeltrailError: a bug of ours. */
export const EXIT_BUG = 70;

/** A failure that we foresaw: a stable code, a message for people, and what to do about it. */
export class ModeltrailError extends Error {
  readonly code: ErrorCode;
  /** What the reader can do now. */
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(redactSecrets(message), options.cause === undefined ? {} : { cause: options.cause });
    this.name = "ModeltrailError";
    this.code = code;
    this.hint = options.hint === undefined ? undefined : redactSecrets(options.hint);
  }
}

/** For `catch`: a failure that we foresaw. */
export function isModeltrailError(error: unknown): error is ModeltrailError {
  return error instanceof ModeltrailError;
}

/** 1 or 2 for failures that we foresaw, 70 for bugs. */
export function exitCodeOf(error: unknown): number {
  return error instanceof ModeltrailError ? ERROR_EXITS[error.code] : EXIT_BUG;
}

const SECRETS: readonly [RegExp, string][] = [
  [/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, "$1***@"],
  [/\b(gh[pousr]_|github_pat_)[A-Za-z0-9_]{16,}/g, "***"],
  [/\b(AKIA|ASIA)[A-Z0-9]{16}\b/g, "***"],
  [/\b(X-Amz-(?:Signature|Credential|Security-Token)=)[^&\s]+/gi, "$1***"],
  [/\b(authorization:\s*)\S+(\s+\S+)?/gi, "$1***"],
];

/** Takes passwords, tokens and signatures out of a text before a person or a log sees it. */
export function redactSecrets(text: string): string {
  return SECRETS.reduce((safe, [pattern, replacement]) => safe.replace(pattern, replacement), text);
}
