import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { Signature } from "../../ports/repository.ts";
import { cleanName } from "./commit-format.ts";
import { type GitConfig, lastValue, parseBoolean } from "./config-file.ts";
import { type ConfigSource, readGitConfig } from "./git-config.ts";
import { dateOf, parseGitDate } from "./git-date.ts";

export interface IdentitySource extends ConfigSource {
  readonly now: () => Date;
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
    const config = await this.#readConfig();
    return { author: this.#signature("author", config), committer: this.#signature("committer", config) };
  }

  /** Whether the user wants commits signed. */
  async signsCommits(): Promise<boolean> {
    const key = "commit.gpgsign";
    return parseBoolean(key, lastValue(await this.#readConfig(), key)) ?? false;
  }

  /** For reflogs, which Git keeps even where nobody said who they are. */
  async forReflog(): Promise<Signature> {
    const nobody = { name: "modeltrail", email: "modeltrail@localhost", ...dateOf(this.#source.now()) };
    return this.read().then(
      ({ committer }) => ({ ...committer, ...dateOf(this.#source.now()) }),
      () => nobody,
    );
  }

  #readConfig(): Promise<GitConfig> {
    return (this.#config ??= readGitConfig(this.#source));
  }

  #signature(role: "author" | "committer", config: GitConfig): Signature {
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

function noIdentity(): ModeltrailError {
  return new ModeltrailError("NO_IDENTITY", "Git does not know who you are", {
    hint: 'run `git config --global user.name "Your Name"` and `git config --global user.email you@example.com`',
  });
}
