import { GitHubError } from "../errors.ts";
import type { Api } from "../sdk.ts";

/** Who asks GitHub for objects of one repository, and how patiently. */
export interface Source {
  readonly api: Api;
  /** Before a question is asked again; grows with the square of the attempt. */
  readonly retryPauseMs: number;
}

const MOST_TRIES = 3;
/** GitHub's word for a query that took too long, or that it could not finish. */
const UNFINISHED = /something went wrong|timed? ?out|time limit|couldn't respond/i;
const TOO_MUCH = /resource limits?/i;

/**
 * Asks for fields of the repository, and again when no answer came: a question changes nothing. `fields` are GraphQL
 * inside `repository`, which may use `variables` declared in `declares` (`$from: GitObjectID!`).
 */
export async function askRepository(
  source: Source,
  question: Question,
): Promise<Readonly<Record<string, unknown>>> {
  const { fields, declares = [], variables = {}, fragments = "", beside = "" } = question;
  const all = ["$owner: String!", "$name: String!", ...declares].join(", ");
  const query = `query (${all}) { ${beside} repository(owner: $owner, name: $name) { ${fields} } } ${fragments}`;
  const { owner, repo: name } = source.api.repo;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const answer = await source.api.graphql(query, { ...variables, owner, name });
      const { repository, ...others } = answer as Readonly<Record<string, object | null>>;
      if (repository === null || repository === undefined) throw unseen(source);
      return { ...others, ...repository };
    } catch (error) {
      if (attempt === MOST_TRIES || !isWorthAnother(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, source.retryPauseMs * attempt ** 2));
    }
  }
}

export interface Question {
  readonly fields: string;
  readonly declares?: readonly string[];
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly fragments?: string;
  /** Fields next to `repository`. */
  readonly beside?: string;
}

/** A question that may be answered when less is asked for at once. */
export function isTooMuch(error: unknown): boolean {
  if (!(error instanceof GitHubError)) return false;
  const { httpStatus, said } = error;
  if (httpStatus === 200) return UNFINISHED.test(said) || TOO_MUCH.test(said);
  return httpStatus === 502 || httpStatus === 504;
}

function isWorthAnother(error: unknown): boolean {
  if (!(error instanceof GitHubError)) return false;
  return error.code === "NETWORK" || (error.httpStatus === 200 && UNFINISHED.test(error.said));
}

function unseen({ api: { repo } }: Source): GitHubError {
  const said = `there is no repository ${repo.owner}/${repo.repo}`;
  return new GitHubError("NOT_FOUND", `${said}, or the token may not see it`, {
    httpStatus: 200,
    said,
    hint: "Check the address, and what the token may do.",
  });
}
