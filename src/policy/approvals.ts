/** A person's word on a change, as a forge knows it. */
export interface ReviewFact {
  readonly login: string;
  readonly isBot: boolean;
  readonly state: "approved" | "changes-requested" | "commented" | "dismissed";
  /** The commit that was looked at. */
  readonly head: string;
}

/** What has to be known to count approvals. */
export interface ApprovalFacts {
  /** Oldest first. */
  readonly reviews: readonly ReviewFact[];
  /** The exact commit that approvals have to be of. */
  readonly head: string;
  /** Who opened the change, and everybody who made a commit of it. */
  readonly authors: readonly string[];
  /** Logins that may write now. */
  readonly writers: ReadonlySet<string>;
  /** Whose approvals count; everybody's when left out. */
  readonly from?: readonly string[] | undefined;
}

/**
 * Who approves a change. An approval counts if it is the person's latest decisive review, of exactly this commit,
 * and the person took no part in the change, is no bot, may write, and is one of those who are asked.
 */
export function validApprovals({ reviews, head, authors, writers, from }: ApprovalFacts): readonly string[] {
  const excluded = new Set(authors.map(fold));
  const asked = from === undefined ? undefined : new Set(from.map(fold));
  const able = new Set([...writers].map(fold));
  const latest = new Map<string, ReviewFact>();
  for (const review of reviews) if (review.state !== "commented") latest.set(fold(review.login), review);
  return [...latest]
    .filter(
      ([login, review]) =>
        review.state === "approved" &&
        review.head === head &&
        !review.isBot &&
        !excluded.has(login) &&
        able.has(login) &&
        (asked === undefined || asked.has(login)),
    )
    .map(([, review]) => review.login)
    .toSorted();
}

/** GitHub's logins differ in more than case. */
function fold(login: string): string {
  return login.toLowerCase();
}
