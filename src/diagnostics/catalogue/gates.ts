import type { CatalogueEntry } from "../catalogue.ts";

/** Findings that the judge makes of a change as a whole. */
export const GATE_FINDINGS = {
  UNSUPPORTED_POLICY: {
    gate: "schema",
    severity: "error",
    title: "The policy asks for a gate that this version of Modeltrail does not have",
    why: "A rule that is not checked must not look as if it had been: the change is refused, not waved through.",
    remedy: "Take the rule out of the policy, or use a version of Modeltrail that has this gate.",
  },
  MODEL_RULES_UNKNOWN: {
    gate: "schema",
    severity: "error",
    title: "The model's own rules cannot be read at the base of the change",
    why: "A model.yaml may ask more of a stage than the registry does. While it is missing or broken on the default branch, nobody can tell, and what cannot be decided is denied.",
    remedy:
      "Write or mend the model's model.yaml in a change of its own (`git log` shows how it was), merge that first, then try again.",
  },
  MODEL_RULES_UNUSED: {
    gate: "schema",
    severity: "warning",
    title: "A model that moves has rules for a stage that the policy does not have",
    why: "They were merged around the judge, which refuses them (MODEL_STAGE_UNKNOWN). The move is judged by the rules that do hold, and is not kept from a rollback by a slip of the pen; whoever reviews it should know that stricter ones may have been meant.",
    remedy: "Correct the stage's name in the model's model.yaml, in a change of its own.",
  },
  STATIC_FILES_NOT_WRITTEN: {
    gate: "schema",
    severity: "warning",
    title: "The kustomize files are not written yet",
    why: "`deploy.kustomize` is true unless it says otherwise, and this version of Modeltrail does not write those files.",
    remedy: "Write `deploy: {kustomize: false}` into modeltrail.yaml.",
  },
  VERSION_CHANGED: {
    gate: "immutability",
    severity: "error",
    title: "A version or yank manifest was edited or removed",
    why: "A version number stands for the same bytes and the same facts for ever; deploys, audits and rollbacks rely on it.",
    remedy: "Undo the change. Register a new version, or yank the old one.",
  },
  REGISTRY_REMOVED: {
    gate: "immutability",
    severity: "error",
    title: "modeltrail.yaml was removed or moved",
    why: "Without it there is no policy, and every later change would pass unjudged.",
    remedy: "Put modeltrail.yaml back.",
  },
  ARTIFACT_MISSING: {
    gate: "artifact",
    severity: "error",
    title: "A file of the artifact is not in storage",
    why: "A manifest only ever names bytes that were stored, read back and hashed.",
    remedy: "Register the version again with `modeltrail register`, which uploads what is missing.",
  },
  ARTIFACT_DIFFERS: {
    gate: "artifact",
    severity: "error",
    title: "The stored bytes are not those of the manifest",
    why: "What would be deployed is not what was registered.",
    remedy: "Find out who changed the object; register the bytes that you want under a new number.",
  },
  ARTIFACT_ELSEWHERE: {
    gate: "artifact",
    severity: "error",
    title: "The artifact's address is not the registry's own",
    why: "Keys are built from the registry's prefix, the model and the version. Any other address is outside what this registry protects.",
    remedy: "Register the version with `modeltrail register`.",
  },
  ARTIFACT_EXTRA: {
    gate: "artifact",
    severity: "error",
    title: "A version's folder in storage holds a file that no manifest names",
    why: "Deploys that download a folder by its prefix take the file along, though nobody registered, hashed or judged it.",
    remedy: "Find out where the file comes from, then remove it from storage.",
  },
  ARTIFACT_UNDECIDED: {
    gate: "artifact",
    severity: "error",
    title: "Whether the artifact is whole could not be found out",
    why: "What cannot be decided is denied.",
    remedy: "Check credentials and the connection to the store, then try again.",
  },
  ORDER_NOT_MET: {
    gate: "order",
    severity: "error",
    title: "The version has not been at an earlier stage",
    why: "The policy lets a version into this stage only after it was at one of the stages in `after`.",
    remedy: "Promote it to the earlier stage first.",
  },
  STAGE_UNKNOWN: {
    gate: "order",
    severity: "error",
    title: "The policy has no such stage",
    why: "A stage that modeltrail.yaml does not list has no rules, so nothing can be let into it.",
    remedy:
      "Add the stage to spec.stages in modeltrail.yaml, in a change of its own; one that is not wanted any more is emptied with `modeltrail retire <model> --stage <stage>`.",
  },
  STAGE_MOVED: {
    gate: "stale",
    severity: "error",
    title: "The stage has moved since the change was made",
    why: "The change was made, and perhaps approved, against another version than the one that the stage holds now.",
    remedy: "Make the change again; `modeltrail promote` rebuilds it on the current state.",
  },
  BASE_MOVED: {
    gate: "stale",
    severity: "error",
    title: "The default branch changed the same since the change was made",
    why: "Git merges both texts of a file that both sides changed, and takes a file that was removed on one side for one that was renamed there: the merge would hold what nobody judged or reviewed.",
    remedy:
      "Bring the branch up to date: rebase it on the default branch (`Update branch`, `Update with rebase` on GitHub) or merge that into it, or make the change again.",
  },
  SEVERAL_BASES: {
    gate: "stale",
    severity: "error",
    title: "The branch and the default branch have several best common ancestors",
    why: "Both took something from the other, crosswise. Git then merges from a state that it makes up of all these ancestors, and what the branch lacks of one of them undoes what the default branch has: the merge would hold what nobody judged or reviewed.",
    remedy:
      "Bring the branch up to date: `git merge` the default branch into it (`Update branch` on GitHub), or rebase it.",
  },
  CHANGED_ON_THE_WAY: {
    gate: "stale",
    severity: "error",
    title: "The branch's commits do not lead straight to what is judged",
    why: "What is judged is what the branch does as a whole. A rebase brings its commits to the default branch one by one and leaves its merges out: a stage that is moved and moved back would have been there, for everybody who reads the history, and a state that only a merge holds, or that a commit takes back which the default branch has already, would come out differently. Stages and yanks, and versions that are there already, may go from what the default branch holds to what the branch ends with, once; only the lines of a stage beside its version may be corrected by a further commit.",
    remedy:
      "Squash the branch's commits into one: `git merge` the default branch, then `git reset --soft` to it, and commit. Or make the change again on a new branch.",
  },
  TOO_MANY_COMMITS: {
    gate: "stale",
    severity: "error",
    title: "The branch has too many commits to be looked at one by one",
    why: "A rebase brings them to the default branch one by one, so each has to be looked at; what cannot be decided is denied.",
    remedy:
      "Squash the branch's commits into one: `git merge` the default branch, then `git reset --soft` to it, and commit. Or merge the branch in parts.",
  },
  RETIRE_NOT_ALONE: {
    gate: "retire",
    severity: "error",
    title: "A stage is emptied in a change that does more",
    why: "Emptying a stage takes a deployed model away; it must be visible as exactly that.",
    remedy: "Remove the stage's file in a change of its own; `modeltrail retire` does.",
  },
  RETIRE_DELETES_DEPLOYMENT: {
    gate: "retire",
    severity: "warning",
    title: "Emptying the stage deletes what an ApplicationSet made of it",
    why: "An Argo CD ApplicationSet that generates from stage.yaml deletes the Application when the file is gone; a kustomize overlay over the stage stops to build.",
    remedy: "Make sure that nothing should keep running from this stage.",
  },
  STORAGE_MOVED: {
    gate: "consistency",
    severity: "warning",
    title: "The change moves the registry's storage",
    why: "The addresses of registered versions stand in immutable manifests. Once the prefix differs, no gate can prove them any more.",
    remedy: "Keep the prefix, or register the versions that are still needed under new numbers.",
  },
  FILES_OUTSIDE: {
    gate: "consistency",
    severity: "warning",
    title: "The change touches files outside the registry as well",
    why: "They are merged with the change, and no gate of the registry looks at them.",
    remedy: "Review them, or move them to a change of their own.",
  },
  WORKFLOW_WITH_STAGE: {
    gate: "consistency",
    severity: "error",
    title: "A stage moves in a change that edits workflows",
    why: "GitHub runs the workflows that a pull request brings along, so it could judge itself, and deploy before anybody looks.",
    remedy: "Move the workflows to a change of their own.",
  },
  NO_REGISTRY_AT_BASE: {
    gate: "schema",
    severity: "warning",
    title: "There is no registry at the base",
    why: "The change brings the registry, so there is no policy yet to judge it by; only its own files were checked.",
    remedy: "Review modeltrail.yaml itself.",
  },
} as const satisfies Record<string, CatalogueEntry>;
