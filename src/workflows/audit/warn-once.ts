import type { Context } from "../context.ts";

const SAID = new WeakMap<Context["repository"], Set<string>>();

/** Warns of what every attempt of a command comes upon again. */
export function warnOnce({ notices, repository }: Context, message: string): void {
  const said = SAID.get(repository) ?? new Set();
  SAID.set(repository, said);
  if (said.has(message)) return;
  said.add(message);
  notices.warn(message);
}
