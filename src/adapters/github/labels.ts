import { isModeltrailError } from "../../diagnostics/errors.ts";
import { cutText } from "./body.ts";
import type { Place, PullReply } from "./pulls.ts";

const MOST_CHARACTERS = 50;

/** Adds the labels that are missing; GitHub makes those that the repository lacks. A failure is a warning. */
export async function addLabels(
  { api: { rest, repo } }: Place,
  pull: PullReply,
  labels: readonly string[],
): Promise<readonly string[]> {
  const present = new Set(pull.labels.map(({ name }) => name.toLowerCase()));
  const missing = labels
    .map((label) => cutText(label, MOST_CHARACTERS))
    .filter((label) => !present.has(label.toLowerCase()));
  if (missing.length === 0) return [];
  try {
    // Adding what is there already changes nothing, so a lost reply is no matter.
    await rest.issues.addLabels({ ...repo, issue_number: pull.number, labels: missing });
    return [];
  } catch (error) {
    if (!isModeltrailError(error)) throw error;
    return [`#${pull.number} could not be labelled ${missing.join(", ")}: ${error.message}`];
  }
}
