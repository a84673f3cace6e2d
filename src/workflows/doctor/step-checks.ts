import type { Permissions } from "../../manifest/workflow-file.ts";
import { fail, type Problem, type Use, warn, type Whose } from "./workflow-uses.ts";

/** Where our actions are released. */
const OURS = "modeltrail/modeltrail";

/** Whether our step is ours, and an error of it one of the run. */
export function checkStep({ job, step }: Use): readonly Problem[] {
  const [owner = "", name = ""] = step.uses.split("/");
  const source = `${owner}/${name}`;
  const foreign = step.uses.startsWith("./")
    ? [warn(`uses ${step.uses} out of the repository itself, where a change may bring its own`)]
    : source.toLowerCase() === OURS
      ? []
      : [warn(`uses the action of ${source}, not of ${OURS}: see that it is a copy of your own`)];
  const isLenient = step.lenient || job.lenient;
  return [
    ...foreign,
    ...(isLenient ? [fail("goes on after an error of ours: take its continue-on-error away")] : []),
  ];
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

const LEVELS = ["none", "read", "write"];

/** What the job is granted beyond what the action takes. */
export function checkRights(
  { workflow, job }: Use,
  needed: Readonly<Record<string, string>>,
): readonly Problem[] {
  const granted: Permissions = job.permissions ?? workflow.permissions;
  if (granted === undefined)
    return [warn("says nothing of permissions, so it has those that the repository gives")];
  const more = Object.entries(granted).filter(
    ([name, level]) => LEVELS.indexOf(level) > LEVELS.indexOf(needed[name] ?? "none"),
  );
  return more.map(([name, level]) =>
    warn(`may do more than it needs: ${name === "*" ? `${level}-all` : `${name}: ${level}`}`),
  );
}
