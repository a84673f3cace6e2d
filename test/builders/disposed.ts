import type { afterAll, afterEach } from "vitest";

interface Disposable {
  readonly dispose: () => Promise<void>;
}

/** Opens things that are gone after each test, or after all tests of the file. */
export function disposed<Options, T extends Disposable>(
  after: typeof afterEach | typeof afterAll,
  open: (options?: Options) => Promise<T>,
): (options?: Options) => Promise<T> {
  const opened: T[] = [];
  after(async () => {
    await Promise.all(opened.splice(0).map((one) => one.dispose()));
  });
  return async (options) => {
    const one = await open(options);
    opened.push(one);
    return one;
  };
}
