import { realpath } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";

/** Whether a path is a folder, or lies below it. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** The path without symbolic links, also when its last parts do not exist yet. */
export async function realPathOf(path: string): Promise<string> {
  const absolute = resolve(path);
  const known = await realpath(absolute).catch(() => undefined);
  if (known !== undefined || dirname(absolute) === absolute) return known ?? absolute;
  return join(await realPathOf(dirname(absolute)), basename(absolute));
}
