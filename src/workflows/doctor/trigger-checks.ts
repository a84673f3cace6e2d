import { matchesBranch } from "../../change/branch-patterns.ts";
import { fail, type Problem, type Use, warn, type Whose } from "./workflow-uses.ts";

type Narrowing = Readonly<Record<string, unknown>>;

/** With these, a stranger's pull request meets the rights and secrets of the repository. */
export function untrusted({ workflow }: Use): readonly Problem[] {
  return ["pull_request_target", "workflow_run"]
    .filter((trigger) => workflow.triggers.has(trigger))
    .map((trigger) => fail(`runs on ${trigger}, which our actions refuse`));
}

/** A required status that is never reported waits for ever. */
export function narrowed({ workflow, conditional }: Use): readonly Problem[] {
  const narrowing = workflow.triggers.get("pull_request") ?? {};
  const keys = ["paths", "paths-ignore", "branches", "branches-ignore"].filter(
    (key) => narrowing[key] !== undefined,
  );
  return [
    ...keys.map((key) =>
      fail(`looks at some pull requests only, by ${key}: on the others a required verdict waits for ever`),
    ),
    ...(conditional ? [fail("does not always run: take its if: and needs: away")] : []),
  ];
}

/** Of a trigger without `types:`. */
const STANDARD: Readonly<Record<string, readonly string[]>> = {
  pull_request: ["opened", "synchronize", "reopened"],
  pull_request_review: ["submitted", "edited", "dismissed"],
};

/** What the verdict has to hear of each pull request: that it is there, and that it no longer counts. */
export function deaf(uses: readonly Use[], trigger: string, types: readonly string[]): readonly Problem[] {
  const heard = new Set(
    uses.flatMap(({ workflow }) => {
      const narrowing = workflow.triggers.get(trigger);
      return narrowing === undefined ? [] : namesIn(narrowing["types"] ?? STANDARD[trigger]);
    }),
  );
  const missing = types.filter((type) => !heard.has(type));
  return missing.length === 0
    ? []
    : [warn(`does not hear of ${missing.join(", ")}: name that in the types of ${trigger}`)];
}

/** Whether one of them runs on every push to the default branch. */
export function hearsPushes(uses: readonly Use[], { branch }: Whose): boolean {
  return uses.some(({ workflow }) => {
    const narrowing = workflow.triggers.get("push");
    return narrowing !== undefined && isHeard(narrowing, branch);
  });
}

export function hasTrigger(uses: readonly Use[], trigger: string): boolean {
  return uses.some(({ workflow }) => workflow.triggers.has(trigger));
}

/** Whether pushes to a branch start it, all of them. */
function isHeard(narrowing: Narrowing, branch: string): boolean {
  const { branches, "branches-ignore": ignored } = narrowing;
  if (narrowing["paths"] !== undefined || narrowing["paths-ignore"] !== undefined) return false;
  if (branches !== undefined) return matchesBranch(namesIn(branches), branch);
  if (ignored !== undefined) return !namesIn(ignored).some((pattern) => matchesBranch([pattern], branch));
  return narrowing["tags"] === undefined && narrowing["tags-ignore"] === undefined;
}

function namesIn(list: unknown): readonly string[] {
  return [list ?? []].flat().map(String);
}
