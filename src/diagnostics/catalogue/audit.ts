import type { CatalogueEntry } from "../catalogue.ts";

const WHY_CHAIN =
  "The audit history follows from the main branch alone. Where the two differ, somebody wrote to the audit branch by hand, or rewrote one of the two branches.";
const COMPARE =
  "Compare the audit branch with other clones of it and with the anchors in storage, and find out who wrote the commit that is named. Do not record on top of it: keep the branch as evidence, and begin a new one under another name in spec.audit.branch.";

/** Findings of `audit verify`. */
export const AUDIT_FINDINGS = {
  AUDIT_ENTRY_FORGED: {
    gate: "audit",
    severity: "error",
    title: "An entry tells of something that did not happen",
    why: WHY_CHAIN,
    remedy: COMPARE,
  },
  AUDIT_ENTRY_DROPPED: {
    gate: "audit",
    severity: "error",
    title: "A transition is missing, though later ones are recorded",
    why: WHY_CHAIN,
    remedy: COMPARE,
  },
  AUDIT_ENTRY_EDITED: {
    gate: "audit",
    severity: "error",
    title: "An entry does not say what happened",
    why: WHY_CHAIN,
    remedy: COMPARE,
  },
  AUDIT_ENTRY_REORDERED: {
    gate: "audit",
    severity: "error",
    title: "An entry is not in its place",
    why: WHY_CHAIN,
    remedy: COMPARE,
  },
  AUDIT_ENTRY_DUPLICATED: {
    gate: "audit",
    severity: "error",
    title: "A transition is recorded twice",
    why: WHY_CHAIN,
    remedy: COMPARE,
  },
  AUDIT_ENTRY_BROKEN: {
    gate: "audit",
    severity: "error",
    title: "A file among the entries is no entry",
    why: "Every entry is canonical JSON of a known form. Anything else was not written by a recorder.",
    remedy: COMPARE,
  },
  AUDIT_CHAIN_BROKEN: {
    gate: "audit",
    severity: "error",
    title: "An entry does not follow the one before it",
    why: "Each entry holds the SHA-256 of the one before. Where that does not match, one of the two was changed, or something between them is gone.",
    remedy: COMPARE,
  },
  AUDIT_COMMIT_DIFFERS: {
    gate: "audit",
    severity: "error",
    title: "A commit is not the one that a recorder makes",
    why: "Every byte of a commit follows from what it adds, the commit that it stands on and the commit of the main branch, so that `git log` alone can be believed.",
    remedy: COMPARE,
  },
  AUDIT_FOREIGN_CHANGE: {
    gate: "audit",
    severity: "error",
    title: "A commit of the audit branch does more than add to it",
    why: "Entries are added one a commit, enrichment beside them, and nothing is ever changed or removed.",
    remedy: COMPARE,
  },
  AUDIT_ENRICHMENT_CHANGED: {
    gate: "audit",
    severity: "error",
    title: "What a forge knew was changed after it was recorded",
    why: "Who approved and merged is not told by the main branch, so the first record of it stands.",
    remedy: COMPARE,
  },
  AUDIT_ANCHOR_DIFFERS: {
    gate: "audit",
    severity: "error",
    title: "An anchor in storage says something else than the audit branch",
    why: "Anchors are written once, outside of the repository. Where one disagrees, the audit branch was rewritten after it was anchored, perhaps together with the main branch.",
    remedy: COMPARE,
  },
  AUDIT_ANCHOR_UNREADABLE: {
    gate: "audit",
    severity: "error",
    title: "What lies in an anchor's place in storage cannot be read",
    why: "A recorder writes an anchor once, as a small plain file. A link, a huge file or the like was put there by somebody else, perhaps so that the anchors are not compared.",
    remedy:
      "Look at what lies there, and find out from the store's own logs who wrote it. Do not remove it before that: it is evidence.",
  },
  AUDIT_BRANCH_TAKEN_BACK: {
    gate: "audit",
    severity: "error",
    title: "A branch of the remote does not hold what it held before",
    why: "Neither the main branch nor an audit branch ever loses a commit. Where a fetch finds one that is gone, the branch was deleted or pushed over with force. Only the first fetch sees it: what was known before is then forgotten.",
    remedy:
      "Bring the older commit back from a clone that has it (`git push --force-with-lease=<branch>:<commit that is there now> origin <commit before>:refs/heads/<branch>`), and find out who pushed: the forge's log says it. Protect both branches against force pushes and deletion.",
  },
  AUDIT_MAIN_REVERSED: {
    gate: "audit",
    severity: "error",
    title: "The main branch was merged the other way round",
    why: "What is recorded is the first-parent line of the main branch. A `git pull` that merges makes your own commits that line and the main branch what is merged into it; pushed, that leaves out what was recorded. Nothing is lost and nobody forced anything, but nothing more can be recorded until the two change places.",
    remedy:
      "Merge it once more, the right way round: `git switch -C main <last recorded commit>`, `git merge --no-ff <tip of the main branch>`, `git push origin main`. It needs no force, and `audit verify` has the ids. Where anchors differ too, do not: then it is the audit branch that was made anew. `git config pull.ff only`, or `pull.rebase true`, keeps `git pull` from merging so.",
  },
  AUDIT_RULES_IMPLAUSIBLE: {
    gate: "audit",
    severity: "error",
    title: "An entry names rules that it cannot have been judged by",
    why: "A verdict is recomputed only by the rules that its entry names. Rules that this version of Modeltrail does not have yet, and older ones after newer ones, would let anybody write a verdict that nobody recomputes.",
    remedy:
      "Verify with the newest version of Modeltrail that records here, and record with no older one. Where there is no such version, somebody wrote the entry by hand: keep the branch as evidence, and begin a new one under another name in spec.audit.branch.",
  },
  AUDIT_OTHER_RULES: {
    gate: "audit",
    severity: "warning",
    title: "Entries were judged by other rules than this version has",
    why: "Their place in the chain and everything but their verdicts was verified. A verdict can be recomputed only by the version of Modeltrail whose rules it names.",
    remedy: "Verify them with a version of Modeltrail that has those rules.",
  },
} as const satisfies Record<string, CatalogueEntry>;
