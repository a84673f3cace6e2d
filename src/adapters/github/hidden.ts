import { GitHubError } from "./errors.ts";

/** Undefined for what GitHub does not show to this token, or has not. */
export async function unlessHidden<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof GitHubError && (error.httpStatus === 403 || error.httpStatus === 404))
      return undefined;
    throw error;
  }
}
