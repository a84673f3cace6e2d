import { homedir } from "node:os";
import { join } from "node:path";
import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { Signature } from "../../ports/repository.ts";
import { cleanName } from "./commit-format.ts";
import { type GitConfig, lastValue, parseConfigList, readConfigFiles } from "./config-file.ts";
import { dateOf, parseGitDate } from "./git-date.ts";
import type { Layout } from "./locate.ts";
import type { Environment, NativeGit } from "./native-process.ts";

export interface IdentitySource {
  readonly layout: Layout;
  readonly env: Environment;
  readonly now: () => Date;
  /** Reads configuration with every `includeIf`; without it the plain files are read. */
  readonly git: NativeGit | undefined;
}

/** Who the user is to Git. Configuration is read once; dates are taken anew for every commit. */
export class Identity {
  readonly #source: IdentitySource;
  #config: Promise<GitConfig> | undefined;

  constructor(source: IdentitySource) {
    this.#source = source;
  }

  /** Git would guess a name from the host; an audit trail is better served by asking. */
  async read(): Promise<{ readonly author: Signature; readonly committer: Signature }> {
    this.#config ??= readUserConfig(this.#source);
    const config = await this.#config;
    return { author: this.#sign("author", config), committer: this.#sign("committer", config) };
  }

  /** For reflogs, which Git keeps even where nobody said who they are. */
  async forReflog(): Promise<Signature> {
    const nobody = { name: "modeltrail", email: "modeltrail@localhost", ...dateOf(this.#source.now()) };
    return this.read().then(
      ({ committer }) => ({ ...committer, ...dateOf(this.#source.now()) }),
      () => nobody,
    );
  }

  #sign(role: "author" | "committer", config: GitConfig): Signature {
    const { env, now } = this.#source;
    const prefix = `GIT_${role.toUpperCase()}`;
    const pick = (field: "name" | "email"): string => {
      const fallback = field === "email" ? env["EMAIL"] : undefined;
      const candidates = [
        env[`${prefix}_${field.toUpperCase()}`],
        lastValue(config, `${role}.${field}`),
        lastValue(config, `user.${field}`),
        fallback,
      ];
      return cleanName(candidates.find((value) => value !== undefined && value.trim() !== "") ?? "");
    };
    const [name, email] = [pick("name"), pick("email")];
    if (name === "" || email === "") throw noIdentity();
    const date = env[`${prefix}_DATE`];
    return {
      name,
      email,
      ...(date === undefined || date === "" ? dateOf(now()) : parseGitDate(date, `${prefix}_DATE`)),
    };
  }
}

async function readUserConfig(source: IdentitySource): Promise<GitConfig> {
  if (source.git !== undefined) {
    return parseConfigList((await source.git.must(["config", "--list", "-z"])).toString("utf8"));
  }
  const { env, layout } = source;
  const home = env["HOME"] ?? homedir();
  const xdg = env["XDG_CONFIG_HOME"] ?? join(home, ".config");
  const global = env["GIT_CONFIG_GLOBAL"];
  const users = global === undefined ? [join(xdg, "git/config"), join(home, ".gitconfig")] : [global];
  const system =
    env["GIT_CONFIG_NOSYSTEM"] === undefined ? [env["GIT_CONFIG_SYSTEM"] ?? "/etc/gitconfig"] : [];
  return readConfigFiles([
    ...system,
    ...users,
    join(layout.commonDir, "config"),
    join(layout.gitDir, "config.worktree"),
  ]);
}

function noIdentity(): ModeltrailError {
  return new ModeltrailError("NO_IDENTITY", "Git does not know who you are", {
    hint: 'run `git config --global user.name "Your Name"` and `git config --global user.email you@example.com`',
  });
}
