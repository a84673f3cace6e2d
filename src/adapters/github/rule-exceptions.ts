import type { RuleException } from "../../ports/host-rules.ts";
import { unlessHidden } from "./hidden.ts";
import type { Place } from "./pulls.ts";

/** Somebody who may go around the rules of a set. */
export interface Exception extends RuleException {
  /** `pull_request` for who may only merge what does not meet them. */
  readonly mode: string;
}

/** By the number of the ruleset; undefined for one whose exceptions this token is not told. */
export type Exceptions = ReadonlyMap<number, readonly Exception[] | undefined>;

/** Who may go around the rulesets that some rules come from. GitHub tells those who may change them alone. */
export async function readExceptions(
  { api }: Place,
  rules: readonly { readonly type: string; readonly ruleset_id?: number }[],
): Promise<Exceptions> {
  const { rest, repo } = api;
  const found = new Map<number, readonly Exception[] | undefined>();
  for (const { ruleset_id: id } of rules) {
    if (id === undefined || found.has(id)) continue;
    const told = await unlessHidden(() => rest.repos.getRepoRuleset({ ...repo, ruleset_id: id }));
    const actors = told?.data.bypass_actors;
    const kinds = rules.filter((rule) => rule.ruleset_id === id).map(({ type }) => type);
    found.set(
      id,
      actors?.map((actor) => ({
        rules: told?.data.name ?? "",
        kinds,
        who: describeActor(actor.actor_type, actor.actor_id),
        mode: actor.bypass_mode ?? "always",
      })),
    );
  }
  return found;
}

/** All of them, with those of classic protection; undefined unless all are told. */
export function toExceptions(
  told: Exceptions,
  classic: readonly RuleException[],
): readonly RuleException[] | undefined {
  const all = [...told.values()];
  if (all.includes(undefined)) return undefined;
  return [
    ...all.flatMap((each) => each ?? []).map(({ rules, kinds, who }) => ({ rules, kinds, who })),
    ...classic,
  ];
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
