import { homedir } from "node:os";
import { join } from "node:path";
import { type GitConfig, parseConfigList, readConfigFiles } from "./config-file.ts";
import type { Layout } from "./locate.ts";
import type { Environment, NativeGit } from "./native-process.ts";

export interface ConfigSource {
  readonly layout: Layout;
  readonly env: Environment;
  /** Reads configuration with every `includeIf`; without it the plain files are read. */
  readonly git: NativeGit | undefined;
}

/** What Git is told about a repository by the system, the user, the repository and the environment. */
export async function readGitConfig({ layout, env, git }: ConfigSource): Promise<GitConfig> {
  if (git !== undefined) {
    return parseConfigList((await git.must(["config", "--list", "-z"])).toString("utf8"));
  }
  const home = env["HOME"] ?? homedir();
  const xdg = env["XDG_CONFIG_HOME"] ?? join(home, ".config");
  const global = env["GIT_CONFIG_GLOBAL"];
  const users = global === undefined ? [join(xdg, "git/config"), join(home, ".gitconfig")] : [global];
  const system =
    env["GIT_CONFIG_NOSYSTEM"] === undefined ? [env["GIT_CONFIG_SYSTEM"] ?? "/etc/gitconfig"] : [];
  const own = [join(layout.commonDir, "config"), join(layout.gitDir, "config.worktree")];
  const all = new Map(await readConfigFiles([...system, ...users, ...own]));
  for (const [key, value] of parseEnvironmentConfig(env)) all.set(key, [...(all.get(key) ?? []), value]);
  return all;
}

/** What `GIT_CONFIG_COUNT` and its pairs say, and then what `git -c` hands on to the programs that it runs. */
export function parseEnvironmentConfig(env: Environment): readonly (readonly [string, string])[] {
  const count = Number(env["GIT_CONFIG_COUNT"] ?? 0);
  const pairs = Array.from(
    { length: Number.isInteger(count) ? Math.min(Math.max(count, 0), 1000) : 0 },
    (_, at) =>
      [canonicalKey(env[`GIT_CONFIG_KEY_${at}`] ?? ""), env[`GIT_CONFIG_VALUE_${at}`] ?? ""] as const,
  );
  return [...pairs, ...parseParameters(env["GIT_CONFIG_PARAMETERS"] ?? "")];
}

/** `'a.b'='value' 'c.d'=`, or as Git wrote it before 2.31, `'a.b=value' 'c.d'`. */
function parseParameters(text: string): readonly (readonly [string, string])[] {
  const quoted = String.raw`'((?:[^']|'\\['!]')*)'`;
  const found = text.matchAll(new RegExp(`${quoted}(?:(=)(?:${quoted})?)?`, "g"));
  return [...found].map(([, first = "", split, second = ""]) => {
    const [name, value] = [first, second].map((part) => part.replace(/'\\(['!])'/g, "$1"));
    const cut = split === undefined ? (name ?? "").indexOf("=") : -1;
    if (cut < 0) return [canonicalKey(name ?? ""), value ?? ""] as const;
    return [canonicalKey((name ?? "").slice(0, cut)), (name ?? "").slice(cut + 1)] as const;
  });
}

/** Section and name in lower case; what stands between them is somebody's own name. */
function canonicalKey(key: string): string {
  const [first, last] = [key.indexOf("."), key.lastIndexOf(".")];
  if (first < 0) return key.toLowerCase();
  return key.slice(0, first).toLowerCase() + key.slice(first, last) + key.slice(last).toLowerCase();
}
