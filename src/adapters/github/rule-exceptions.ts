import type { BranchRules, Protection, RuleException } from "../../ports/host-rules.ts";
import { unlessHidden } from "./hidden.ts";
import type { Place } from "./pulls.ts";

/** Somebody who may go around the rules of a set. */
export interface Exception {
  /** For people: "a team". */
  readonly who: string;
  /** `pull_request` for who may only merge what does not meet them. */
  readonly mode: string;
}

/** Who may go around a ruleset. */
export interface RulesetTold {
  readonly name: string;
  /** Undefined where this token is not told. */
  readonly exceptions: readonly Exception[] | undefined;
}

/** Who may go around the rulesets that some rules come from, by their numbers. GitHub tells those who may change them alone. */
export async function readExceptions(
  { api }: Place,
  rules: readonly { readonly ruleset_id?: number }[],
): Promise<ReadonlyMap<number, RulesetTold>> {
  const { rest, repo } = api;
  const found = new Map<number, RulesetTold>();
  for (const { ruleset_id: id } of rules) {
    if (id === undefined || found.has(id)) continue;
    const told = await unlessHidden(() => rest.repos.getRepoRuleset({ ...repo, ruleset_id: id }));
    const exceptions = told?.data.bypass_actors?.map((actor) => ({
      who: describeActor(actor.actor_type, actor.actor_id),
      mode: actor.bypass_mode ?? "always",
    }));
    found.set(id, { name: told?.data.name ?? "", exceptions });
  }
  return found;
}

/** What a set of rules asks for, as far as somebody may go around it. */
export type Kept = Pick<
  BranchRules,
  | "pullRequests"
  | "approvals"
  | "codeOwners"
  | "staleDismissed"
  | "lastPushApproved"
  | "forcePushesBlocked"
  | "deletionBlocked"
  | "linearHistory"
  | "statuses"
>;

export function protectionsIn(kept: Kept): readonly Protection[] {
  const rules: readonly (readonly [Protection, boolean])[] = [
    ["pull requests", kept.pullRequests],
    ["approvals", kept.approvals > 0],
    ["code owners", kept.codeOwners],
    ["stale dismissed", kept.staleDismissed],
    ["last push approved", kept.lastPushApproved],
    ["force pushes blocked", kept.forcePushesBlocked],
    ["deletion blocked", kept.deletionBlocked],
    ["linear history", kept.linearHistory],
  ];
  return [
    ...rules.filter(([, isKept]) => isKept).map(([protection]) => protection),
    ...kept.statuses.flatMap(({ name, source }): readonly Protection[] =>
      source === "workflows" || source === "app"
        ? [`status ${name}`, `source of ${name}`]
        : [`status ${name}`],
    ),
  ];
}

/** A set of rules, or a part of one around which the same people may go. */
export interface Guard {
  readonly name: string;
  readonly keeps: readonly Protection[];
  /** Who may go around it; undefined where it is not told. */
  readonly around: readonly string[] | undefined;
}

/** Two sets may ask for the same: to go around one of them opens nothing that the other keeps up for everybody. */
export function toExceptions(guards: readonly Guard[]): readonly RuleException[] {
  const firm = new Set(guards.filter(({ around }) => around?.length === 0).flatMap(({ keeps }) => keeps));
  return guards.flatMap(({ name, keeps, around = [undefined] }) => {
    const opens = keeps.filter((protection) => !firm.has(protection));
    return opens.length === 0 ? [] : around.map((who) => ({ rules: name, opens, who }));
  });
}

const ROLES: Readonly<Record<number, string>> = {
  2: "everybody who may maintain",
  4: "everybody who may write",
  5: "admins of the repository",
};

const ACTORS: Readonly<Record<string, string>> = {
  Integration: "an App",
  OrganizationAdmin: "owners of the organization",
  RepositoryRole: "a role of the organization's own",
  Team: "a team",
  DeployKey: "deploy keys",
  User: "a person",
};

function describeActor(type: string, id: number | null | undefined): string {
  const role = type === "RepositoryRole" ? ROLES[id ?? 0] : undefined;
  return role ?? ACTORS[type] ?? "somebody";
}
