import type { Forge, PullRequests } from "../../ports/forge.ts";
import type { Repository } from "../../ports/repository.ts";
import { RemoteBranches } from "./branches.ts";
import { closeProposal } from "./close.ts";
import { parseEndpoint } from "./endpoint.ts";
import { findProposal, listOpenProposals } from "./find.ts";
import { sweepLeftOvers } from "./left-over.ts";
import { armAutoMerge, mergePull, readNumbered, readProgress } from "./merge.ts";
import type { Proxies } from "./proxied-fetch.ts";
import { readOwnAccess } from "./own-access.ts";
import { readOwnerMistakes } from "./owner-mistakes.ts";
import { publishProposal } from "./publish.ts";
import type { Place } from "./pulls.ts";
import { readContributors, readPermission, readReviews } from "./reviews.ts";
import { readBranchRules, readWorkflowsMayApprove } from "./rules.ts";
import { openApi, PATIENCE, type Patience } from "./sdk.ts";
import { readBroughtBy, readRequest, readRequests } from "./requests.ts";
import { keepComment } from "./standing-comment.ts";
import { readStatuses, setStatuses } from "./statuses.ts";
import { readSuccesses } from "./successes.ts";
import { postSuggestion } from "./suggest.ts";
import { readViewer, type Viewer } from "./viewer.ts";

export type { Patience } from "./sdk.ts";

export interface GitHubForgeOptions {
  readonly owner: string;
  readonly name: string;
  /** Of a GitHub Enterprise, `https://ghe.acme.com/api/v3`; left out: github.com. */
  readonly apiUrl?: string | undefined;
  readonly token: string;
  /** A clone whose remote is that repository, fetched. */
  readonly repository: Repository;
  /** What the branches of this registry begin with: empty, or `<registry name>/`. */
  readonly branchPrefix: string;
  /** Where proposals go to, without `refs/heads/`. */
  readonly base: string;
  readonly userAgent: string;
  /** Hears of what went wrong without being the caller's business. */
  readonly notices?: { readonly warn: (message: string) => void };
  readonly patience?: Partial<Patience>;
  /** Left out: there are none. */
  readonly proxies?: Proxies;
}

/**
 * Proposals as pull requests of a repository on GitHub. A branch's pull requests say what became of it, Git says where
 * it stands. Rejects with INVALID_INPUT for an address of the API that the token must not go to.
 */
export function openGitHubForge(options: GitHubForgeOptions): Forge {
  const { owner, name, token, userAgent, base, branchPrefix, notices, proxies } = options;
  const endpoint = parseEndpoint(options.apiUrl);
  const patience = { ...PATIENCE, ...options.patience };
  const place: Place = {
    api: openApi({ endpoint, owner, name, token, userAgent, patience, proxies }),
    branches: new RemoteBranches(options.repository),
    base,
    branchPrefix,
    warn: (message) => notices?.warn(message),
  };
  return {
    listOpen: () => listOpenProposals(place),
    find: (branch) => findProposal(place, branch),
    publish: (proposal, expected) => publishProposal(place, proposal, expected),
    close: (branch, head, closing) => closeProposal(place, { branch, head, closing }),
    access: () => readOwnAccess(place),
    sweep: (folders, pick) => sweepLeftOvers(place, folders, pick),
    pullRequests: pullRequestsOf(place),
    rules: {
      branch: (ref) => readBranchRules(place, { branch: ref, host: endpoint.host }),
      workflowsMayApprove: () => readWorkflowsMayApprove(place),
      codeOwnerMistakes: (commit) => readOwnerMistakes(place, commit),
    },
  };
}

function pullRequestsOf(place: Place): PullRequests {
  let asked: Promise<Viewer> | undefined;
  const viewer = (): Promise<Viewer> => (asked ??= readViewer(place.api));
  return {
    numbered: (number) => readNumbered(place, number),
    progress: (number) => readProgress(place, number),
    merge: (number, head) => mergePull(place, number, head),
    armAutoMerge: (number, head) => armAutoMerge(place, number, head),
    reviews: (number) => readReviews(place, number),
    contributors: (number) => readContributors(place, number),
    permission: (login) => readPermission(place, login),
    suggest: (number, suggestion) => postSuggestion(place, number, suggestion),
    setStatuses: (head, statuses, guard) => setStatuses(place, viewer, head, { statuses, guard }),
    statuses: (commit) => readStatuses(place, commit),
    listSuccesses: (name, number) => readSuccesses(place, name, number),
    look: (number) => readRequest(place, number),
    listRequests: () => readRequests(place),
    comment: (number, comment) => keepComment(place, viewer, number, comment),
    broughtBy: (commit) => readBroughtBy(place, commit),
  };
}
