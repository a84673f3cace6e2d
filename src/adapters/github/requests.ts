import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { BroughtRequest, RequestFacts } from "../../ports/forge.ts";
import { GitHubError } from "./errors.ts";
import { readPages } from "./pages.ts";
import { isOwn, type Place, type PullReply, toPullRequest } from "./pulls.ts";

/** A pull request, whoever made it and wherever it goes. */
export async function readRequest({ api: { rest, repo } }: Place, number: number): Promise<RequestFacts> {
  try {
    return toFacts((await rest.pulls.get({ ...repo, pull_number: number })).data);
  } catch (error) {
    if (!(error instanceof GitHubError) || error.httpStatus !== 404) throw error;
    throw new ModeltrailError(
      "NOT_FOUND",
      `#${number} is no pull request of ${repo.owner}/${repo.repo} that the token may see`,
      { hint: "Check the number, and that the token may read pull requests." },
    );
  }
}

/** Oldest first; without a base those into any branch. */
export async function readRequests({ api: { rest, repo }, base }: Place): Promise<readonly RequestFacts[]> {
  const pulls = await readPages<PullReply>((page) =>
    rest.pulls.list({
      ...repo,
      ...page,
      state: "open",
      ...(base === "" ? {} : { base }),
      sort: "created",
      direction: "asc",
    }),
  );
  return pulls.map(toFacts).filter((facts) => facts.state === "open" && (base === "" || facts.base === base));
}

function toFacts(pull: PullReply): RequestFacts {
  return {
    request: toPullRequest(pull),
    state: pull.merged_at !== null ? "merged" : pull.state === "open" ? "open" : "closed",
    branch: pull.head.ref,
    head: pull.head.sha,
    base: pull.base.ref,
    isFork: !isOwn(pull),
  };
}

/** Those that GitHub names for a commit and that were merged into the base; the reply of each says by whom. */
export async function readBroughtBy(place: Place, commit: string): Promise<readonly BroughtRequest[]> {
  const { rest, repo } = place.api;
  const pulls = await readPages<PullReply>((page) =>
    rest.repos.listPullRequestsAssociatedWithCommit({ ...repo, ...page, commit_sha: commit }),
  );
  const brought: BroughtRequest[] = [];
  for (const pull of pulls) {
    if (pull.merged_at === null || pull.base.ref !== place.base) continue;
    const { data } = await rest.pulls.get({ ...repo, pull_number: pull.number });
    brought.push({
      request: toPullRequest(pull),
      head: pull.head.sha,
      commit: data.merge_commit_sha ?? commit,
      mergedBy: data.merged_by?.login,
    });
  }
  return brought;
}
