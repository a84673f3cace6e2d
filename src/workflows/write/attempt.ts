import { isModeltrailError } from "../../diagnostics/errors.ts";
import type { Context } from "../context.ts";
import { openSession, type Session, type SessionOptions } from "./session.ts";

const MOST_ATTEMPTS = 5;
const FIRST_PAUSE_MS = 200;

/**
 * Plans and proposes a change from a fresh session, again when somebody else was quicker: what is shared moves while
 * a change is judged, and who lost a race would only type the command once more.
 */
export async function attemptChange<T>(
  context: Context,
  options: SessionOptions,
  change: (session: Session) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const session = await openSession(context, options);
    try {
      return await change(session);
    } catch (error) {
      const isLost = isModeltrailError(error) && error.code === "CONFLICT";
      if (!isLost || !session.push || attempt === MOST_ATTEMPTS) throw error;
      // Of two that lost to each other, one has to come back first.
      const pause = FIRST_PAUSE_MS * 2 ** (attempt - 1) * (0.5 + Math.random());
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}
