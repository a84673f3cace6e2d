import type { WorkflowStep } from "../../manifest/workflow-file.ts";
import { ask, fail, OURS, type Problem, sourceOf, type Use, warn, type Whose } from "./workflow-uses.ts";

/** Whether our step is ours, and an error of it one of the run. */
export function checkStep({ job, step }: Use): readonly Problem[] {
  const foreign = step.uses.startsWith("./")
    ? [warn(`uses ${step.uses} out of the repository itself, where a change may bring its own`)]
    : checkSource(step);
  const isLenient = step.lenient || job.lenient;
  return [
    ...foreign,
    ...(isLenient ? [fail("goes on after an error of ours: take its continue-on-error away")] : []),
  ];
}

/** Whose action it is. */
export function checkSource(step: WorkflowStep): readonly Problem[] {
  const { name, isOurs } = sourceOf(step);
  return isOurs ? [] : [ask(`uses the action of ${name}, not of ${OURS}: see that it is a copy of your own`)];
}

/** What runs before ours in its job, with the same rights, and may leave things behind for it. */
export function checkBefore(
  { before }: Use,
  { checkout }: { readonly checkout: boolean },
): readonly Problem[] {
  const runs = before.some(({ uses }) => uses === "" || uses.startsWith("./"));
  const checksOut = checkout && before.some(({ uses }) => /^actions\/checkout(@|$)/i.test(uses));
  return [
    ...(runs ? [warn("runs commands before ours in the same job: give them a job of their own")] : []),
    ...(checksOut ? [warn("checks out code before ours in the same job, which ours has no use for")] : []),
  ];
}

/** Whether the bytes are judged where a runner can see them. */
export function checkArtifacts({ step }: Use, { storage }: Whose): readonly Problem[] {
  return step.inputs["artifacts"] === "none" && storage.startsWith("s3:")
    ? [warn(`does not look at artifacts, which lie in ${storage}: take artifacts: none away`)]
    : [];
}

export function checkPins({ job }: Use): readonly Problem[] {
  const loose = job.steps.filter(
    ({ uses }) => uses !== "" && !uses.startsWith("./") && !/@[0-9a-f]{40}$/.test(uses),
  );
  return loose.map(({ uses }) =>
    warn(`uses ${uses}, which can be moved: name the commit, 40 hexadecimal digits`),
  );
}

/** In a container the image decides what Node and Git are, and what else runs. */
export function checkContainer({ job }: Use): readonly Problem[] {
  return job.contained ? [warn("runs in an image of somebody's: take container: away")] : [];
}

/** Whether the whole history of this repository is there when ours begins. */
export function checkCheckout({ before }: Use, { branch }: Whose): readonly Problem[] {
  const checkout = before.findLast(({ uses }) => /^actions\/checkout(@|$)/i.test(uses));
  // What commands before ours leave behind is told by checkBefore.
  if (checkout === undefined)
    return before.some(({ uses }) => uses === "")
      ? []
      : [fail("has no clone to work in: use actions/checkout with fetch-depth: 0 before ours")];
  const { inputs, conditional } = checkout;
  return [
    ...(conditional ? [fail("does not always check out: take the if: of that step away")] : []),
    ...(String(inputs["fetch-depth"]) === "0"
      ? []
      : [warn("checks out without history: give actions/checkout fetch-depth: 0")]),
    ...(isSame(inputs["repository"], [], /^repository$/)
      ? []
      : [fail(`checks out the repository ${String(inputs["repository"])}: take repository: away`)]),
    ...(isSame(inputs["ref"], [branch, `refs/heads/${branch}`], SAME_REF)
      ? []
      : [warn(`checks out ${String(inputs["ref"])}, not what was pushed: take ref: away`)]),
  ];
}

const SAME_REF = /^(ref|ref_name|sha|event\.repository\.default_branch)$/;

/** Whether an input is left out, one of some texts, or a part of the event that says the same. */
function isSame(input: unknown, texts: readonly string[], part: RegExp): boolean {
  if (input === undefined || input === null || input === "") return true;
  const text = typeof input === "string" ? input : JSON.stringify(input);
  const [, name] = /^\$\{\{\s*github\.([a-z_.]+)\s*\}\}$/.exec(text) ?? [];
  return texts.includes(text) || (name !== undefined && part.test(name));
}
