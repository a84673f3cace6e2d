import { closePull, markMerged } from "./closing.ts";
import { requirementsOf } from "./protection.ts";
import type { Forge, PullRequest, Repository, User } from "./state.ts";
import { addEvent, now } from "./state.ts";

/**
 * Brings the pull requests up to what the branches say now, as GitHub does after each push: a head that moved is
 * followed, one that was deleted closes, a base that has come to hold the head makes it merged.
 */
export function followRefs(forge: Forge, repository: Repository, actor: User = repository.owner): void {
  const before = repository.branches;
  const refs = repository.git.refs("refs/heads/");
  const branches = new Map([...refs].map(([name, sha]) => [name.slice("refs/heads/".length), sha]));
  repository.branches = branches;
  for (const pull of repository.pulls.values()) {
    if (pull.state !== "open" || pull.fork !== undefined) continue;
    const head = branches.get(pull.head.ref);
    const base = branches.get(pull.base.ref);
    if (head === undefined || base === undefined) {
      if (head === undefined) addEvent(forge, pull, { event: "head_ref_deleted", actor });
      closePull(forge, pull, actor);
      continue;
    }
    if (base !== before.get(pull.base.ref)) {
      pull.unknownReads = forge.unknownReads;
      if (repository.git.isAncestor(head, base)) {
        markMerged(forge, pull, actor, head === base ? head : base);
        continue;
      }
    }
    if (head !== pull.head.sha) followHead({ forge, repository, actor }, pull, head);
  }
}

interface Push {
  readonly forge: Forge;
  readonly repository: Repository;
  readonly actor: User;
}

function followHead({ forge, repository, actor }: Push, pull: PullRequest, head: string): void {
  const { git } = repository;
  const base = repository.branches.get(pull.base.ref) ?? pull.base.sha;
  const before = pull.head.sha;
  const forced = !git.isAncestor(before, head);
  pull.head.sha = head;
  pull.base.sha = base;
  pull.updatedAt = now(forge);
  pull.unknownReads = forge.unknownReads;
  git.run(["update-ref", `refs/pull/${pull.number}/head`, head]);
  if (forced) addEvent(forge, pull, { event: "head_ref_force_pushed", actor, commit: head, before });
  if (requirementsOf(repository, pull.base.ref).dismissStale) {
    for (const review of pull.reviews) {
      if (review.state === "APPROVED") review.state = "DISMISSED";
    }
  }
  // A head with nothing of its own left is closed, not merged.
  if (git.isAncestor(head, base)) closePull(forge, pull, actor);
}
