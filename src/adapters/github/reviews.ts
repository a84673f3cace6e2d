import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { Review } from "../../ports/forge.ts";
import { GitHubError } from "./errors.ts";
import { readPages } from "./pages.ts";
import { type Place, toSeconds } from "./pulls.ts";

const STATES: Readonly<Record<string, Review["state"]>> = {
  APPROVED: "approved",
  CHANGES_REQUESTED: "changes-requested",
  COMMENTED: "commented",
  DISMISSED: "dismissed",
};

interface ReviewReply {
  readonly user: { readonly login: string; readonly type?: string } | null;
  readonly state: string;
  readonly commit_id: string | null;
  readonly submitted_at?: string | undefined;
}

/** All reviews that were sent off, oldest first. */
export async function readReviews(
  { api: { rest, repo } }: Place,
  number: number,
): Promise<readonly Review[]> {
  const replies = await readPages<ReviewReply>((page) =>
    rest.pulls.listReviews({ ...repo, ...page, pull_number: number }),
  );
  return replies
    .flatMap((reply) => {
      const state = STATES[reply.state];
      return state === undefined || reply.submitted_at === undefined
        ? []
        : [toReview(reply, state, toSeconds(reply.submitted_at))];
    })
    .toSorted((a, b) => a.at - b.at);
}

function toReview({ user, commit_id }: ReviewReply, state: Review["state"], at: number): Review {
  // Whoever is no user of flesh and blood, as far as GitHub knows, counts as a bot.
  const isBot = user?.type !== "User";
  return { login: user?.login ?? "ghost", isBot, state, head: commit_id ?? "", at };
}

/** GitHub lists no more commits of a pull request. */
const MOST_COMMITS = 250;

interface CommitReply {
  readonly commit: {
    readonly message: string;
    readonly author: Person | null;
    readonly committer: Person | null;
  };
  readonly author: object | null;
  readonly committer: object | null;
}

interface Person {
  readonly email?: string | undefined;
}

/** Logins of everybody who made a commit; whom GitHub does not know counts as `mail:<address>`. */
export async function readContributors(
  { api: { rest, repo } }: Place,
  number: number,
): Promise<readonly string[]> {
  const commits = await readPages<CommitReply>((page) =>
    rest.pulls.listCommits({ ...repo, ...page, pull_number: number }),
  );
  if (commits.length >= MOST_COMMITS) {
    throw new ModeltrailError("INVALID_INPUT", `#${number} has ${MOST_COMMITS} commits or more`, {
      hint: "GitHub lists no more, so who made them cannot be told: propose the change as one commit.",
    });
  }
  const logins = new Map<string, string>();
  const seen = new Set<string>();
  for (const { commit, author, committer } of commits) {
    for (const [user, person] of [
      [author, commit.author],
      [committer, commit.committer],
    ] as const) {
      const mail = person?.email?.toLowerCase() ?? "";
      const login = loginOf(user);
      if (login !== undefined && mail !== "") logins.set(mail, login);
      seen.add(login ?? `mail:${mail}`);
    }
    for (const mail of coAuthorsOf(commit.message)) seen.add(`mail:${mail}`);
  }
  return [...new Set([...seen].map((who) => named(who, logins)))].toSorted();
}

/** A commit by nobody that GitHub knows has an empty object there, or null. */
function loginOf(user: object | null): string | undefined {
  return user !== null && "login" in user && typeof user.login === "string" ? user.login : undefined;
}

function coAuthorsOf(message: string): readonly string[] {
  return [...message.matchAll(/^[ \t]*co-authored-by:[^<\n]*<([^<>\s]+)>/gim)].map(([, mail = ""]) =>
    mail.toLowerCase(),
  );
}

/** GitHub's own addresses hold the login: `12345+ada@users.noreply.github.com`. */
function named(who: string, logins: ReadonlyMap<string, string>): string {
  if (!who.startsWith("mail:")) return who;
  const mail = who.slice("mail:".length);
  return logins.get(mail) ?? /^(?:\d+\+)?([^@+]+)@users\.noreply\./.exec(mail)?.[1] ?? who;
}

type Permission = "admin" | "write" | "read" | "none";

/** GitHub says `write` for "maintain" and `read` for "triage" here; whom it does not know may do nothing. */
export async function readPermission({ api: { rest, repo } }: Place, login: string): Promise<Permission> {
  try {
    const { data } = await rest.repos.getCollaboratorPermissionLevel({ ...repo, username: login });
    return PERMISSIONS.find((one) => one === data.permission) ?? "none";
  } catch (error) {
    if (error instanceof GitHubError && error.httpStatus === 404) return "none";
    throw error;
  }
}

const PERMISSIONS: readonly Permission[] = ["admin", "write", "read"];
