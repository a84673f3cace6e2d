import { isUnsettled } from "./errors.ts";

/**
 * Makes a write. When its reply was lost, `look` tells whether it was carried out; only when it was not, it is made
 * once more.
 */
export async function settle<T>(write: () => Promise<T>, look: () => Promise<T | undefined>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!isUnsettled(error)) throw error;
    const found = await look();
    if (found !== undefined) return found;
  }
  try {
    return await write();
  } catch (error) {
    if (!isUnsettled(error)) throw error;
    const found = await look();
    if (found === undefined) throw error;
    return found;
  }
}
