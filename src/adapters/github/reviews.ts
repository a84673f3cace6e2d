import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { Contributors, Review } from "../../ports/forge.ts";
import { cutText } from "./body.ts";
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

/** Everybody who made a commit; a mail address tells who it is when GitHub says so, or when it is one of GitHub's. */
export async function readContributors(
  { api: { rest, repo } }: Place,
  number: number,
): Promise<Contributors> {
  const commits = await readPages<CommitReply>((page) =>
    rest.pulls.listCommits({ ...repo, ...page, pull_number: number }),
  );
  if (commits.length >= MOST_COMMITS) {
    throw new ModeltrailError("INVALID_INPUT", `#${number} has ${MOST_COMMITS} commits or more`, {
      hint: "GitHub lists no more, so who made them cannot be told: propose the change as one commit.",
    });
  }
  const known = new Map<string, string>();
  const mails = new Set<string>();
  const logins = new Set<string>();
  for (const { commit, author, committer } of commits) {
    for (const [user, person] of [
      [author, commit.author],
      [committer, commit.committer],
    ] as const) {
      const mail = plainMail(person?.email ?? "");
      const login = loginOf(user);
      if (login === undefined) mails.add(mail);
      else logins.add(login);
      if (login !== undefined && mail !== "") known.set(mail, login);
    }
    for (const mail of coAuthorsOf(commit.message)) mails.add(mail);
  }
  const unknown: string[] = [];
  for (const mail of mails) {
    const login = known.get(mail) ?? loginIn(mail);
    if (login === undefined) unknown.push(`mail:${mail}`);
    else logins.add(login);
  }
  return { logins: [...logins].toSorted(), unknown: unknown.toSorted() };
}

/** A commit by nobody that GitHub knows has an empty object there, or null. */
function loginOf(user: object | null): string | undefined {
  return user !== null && "login" in user && typeof user.login === "string" ? user.login : undefined;
}

/** A line without an address stands for somebody, too. */
function coAuthorsOf(message: string): readonly string[] {
  return [...message.matchAll(/^[ \t]*co-authored-by:(.*)$/gim)].map(([, who = ""]) =>
    plainMail(/<([^<>]*)>/.exec(who)?.[1] ?? who),
  );
}

/** As it is compared and shown: anybody may write anything into a commit. */
function plainMail(text: string): string {
  return cutText(
    text
      .replace(/[\s\p{Cc}\p{Cf}]+/gu, " ")
      .trim()
      .toLowerCase(),
    MOST_MAIL,
  );
}

const MOST_MAIL = 254;

/** GitHub's own addresses hold the login: `12345+ada@users.noreply.github.com`; its pages commit as `web-flow`. */
function loginIn(mail: string): string | undefined {
  if (mail === "noreply@github.com") return "web-flow";
  return /^(?:\d+\+)?([^@+\s]+)@users\.noreply\.[^@\s]+$/.exec(mail)?.[1];
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
