import type { NewProposal } from "../../ports/forge.ts";
import { readMarker } from "./body.ts";
import { GitHubError } from "./errors.ts";
import type { Marker } from "./marker.ts";
import type { Place, PullReply } from "./pulls.ts";
import { settle } from "./settle.ts";

/** Whose draft it is while what is proposed is denied; what a person made of it stays. */
export type DraftMark = "ours" | "theirs";

/** Undefined where the last proposal was for review. */
export function draftMarkOf(marker: Marker | undefined): DraftMark | undefined {
  const mark = marker?.["draft"];
  return mark === "ours" || mark === "theirs" ? mark : undefined;
}

interface Drafted {
  /** For the marker. */
  readonly mark: DraftMark | undefined;
  readonly draft: boolean;
  readonly warnings: readonly string[];
}

/** Makes a draft of what is denied now, and takes our own draft back when it is not. A refusal is a warning. */
export async function applyDraft(
  place: Place,
  pull: PullReply,
  { draft: wanted }: Pick<NewProposal, "draft">,
): Promise<Drafted> {
  const mark = draftMarkOf(readMarker(pull.body));
  const draft = pull.draft === true;
  if (wanted === (mark !== undefined)) return { mark, draft, warnings: [] };
  if (wanted && draft) return { mark: "theirs", draft, warnings: [] };
  if (!wanted && (mark === "theirs" || !draft)) return { mark: undefined, draft, warnings: [] };
  try {
    await convert(place, pull, wanted);
    return { mark: wanted ? "ours" : undefined, draft: wanted, warnings: [] };
  } catch (error) {
    if (!(error instanceof GitHubError) || !REFUSALS.has(error.code)) throw error;
    // The mark stays, so the next run tries again.
    return { mark, draft, warnings: [refusal(pull, wanted, error)] };
  }
}

const REFUSALS: ReadonlySet<string> = new Set(["FORBIDDEN", "INVALID_INPUT", "NOT_FOUND"]);

function refusal({ number }: PullReply, wanted: boolean, { said }: GitHubError): string {
  return wanted
    ? `#${number} did not become a draft although it is denied (${said}): click "Convert to draft" on its page`
    : `#${number} is still a draft although it may be reviewed (${said}): click "Ready for review" on its page`;
}

const READY = `mutation ($pull: ID!) {
  markPullRequestReadyForReview(input: { pullRequestId: $pull }) { clientMutationId }
}`;
const DRAFT = `mutation ($pull: ID!) {
  convertPullRequestToDraft(input: { pullRequestId: $pull }) { clientMutationId }
}`;

async function convert({ api }: Place, pull: PullReply, wanted: boolean): Promise<void> {
  await settle<true>(
    async () => {
      await api.graphql(wanted ? DRAFT : READY, { pull: pull.node_id });
      return true;
    },
    async () => {
      const { data } = await api.rest.pulls.get({ ...api.repo, pull_number: pull.number });
      return (data.draft === true) === wanted ? true : undefined;
    },
  );
}
