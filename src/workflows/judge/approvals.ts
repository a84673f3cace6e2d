import { isModeltrailError } from "../../diagnostics/errors.ts";
import { validApprovals, type ReviewFact } from "../../policy/approvals.ts";
import type { PullRequest, PullRequests } from "../../ports/forge.ts";
import type { Notices } from "../context.ts";

/** A pull request at the commit that approvals have to be of. */
export interface Approvable {
  readonly request: PullRequest;
  readonly head: string;
}

/**
 * Who approves a pull request, by the rules of `validApprovals`. Undefined, with a warning, when the host does not
 * say: what cannot be known is no approval.
 */
export async function readApprovals(
  host: PullRequests,
  { request, head }: Approvable,
  notices: Notices,
): Promise<readonly string[] | undefined> {
  try {
    const reviews = await host.reviews(request.number);
    const approvers = approversAt(reviews, head);
    if (approvers.length === 0) return [];
    const { logins, unknown } = await host.contributors(request.number);
    if (unknown.length > 0) {
      notices.warn(
        `the approvals of #${request.number} are not known: nobody can tell whose ${unknown.join(", ")} is, so an approver may have made it`,
      );
      return undefined;
    }
    const authors = [request.author, ...logins];
    const writers = new Set<string>();
    for (const login of approvers) {
      const permission = await host.permission(login);
      if (permission === "admin" || permission === "write") writers.add(login);
    }
    return validApprovals({ reviews, head, authors, writers });
  } catch (error) {
    if (!isModeltrailError(error)) throw error;
    notices.warn(`the approvals of #${request.number} are not known: ${error.message}`);
    return undefined;
  }
}

/** Whose permissions matter: asking for all reviewers' would cost a request each. */
function approversAt(reviews: readonly ReviewFact[], head: string): readonly string[] {
  const approving = reviews.filter((review) => review.state === "approved" && review.head === head);
  return [...new Set(approving.map((review) => review.login))];
}
