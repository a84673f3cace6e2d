/** A set of rules of a repository on GitHub, as its API takes it. */
export interface Ruleset {
  readonly name: string;
  readonly target: "branch";
  readonly enforcement: "active";
  readonly conditions: {
    readonly ref_name: { readonly include: readonly string[]; readonly exclude: readonly string[] };
  };
  readonly rules: readonly RulesetRule[];
}

export interface RulesetRule {
  readonly type:
    "pull_request" | "required_status_checks" | "non_fast_forward" | "deletion" | "required_linear_history";
  readonly parameters?: Readonly<Record<string, unknown>>;
}

/** GitHub Actions, as an App of github.com and of *.ghe.com. */
export const ACTIONS_APP = 15368;

/**
 * What a registry asks of its branches: the default branch moves by pull requests that were judged and approved, and
 * neither it nor the audit history is ever rewritten, and the latter is one line of entries. `isPublic` is false on a GitHub Enterprise server, where Actions
 * have another number.
 */
export function planRulesets(names: {
  /** The registry's folder: empty, or ending with `/`. */
  readonly prefix: string;
  readonly branch: string;
  readonly auditBranch: string;
  readonly isPublic: boolean;
  /** The status that says what the judge decided. */
  readonly verdict: string;
}): readonly Ruleset[] {
  const { prefix, branch, auditBranch, isPublic, verdict } = names;
  // Two registries of a repository are two sets for its default branch.
  const whose = prefix === "" ? "modeltrail" : `modeltrail in ${prefix.slice(0, -1)}`;
  const source = isPublic ? { integration_id: ACTIONS_APP } : {};
  return [
    rulesetOf(whose, branch, [
      ...KEPT,
      {
        type: "pull_request",
        parameters: {
          required_approving_review_count: 1,
          require_code_owner_review: true,
          require_last_push_approval: true,
          dismiss_stale_reviews_on_push: true,
          required_review_thread_resolution: false,
        },
      },
      {
        type: "required_status_checks",
        parameters: {
          strict_required_status_checks_policy: false,
          required_status_checks: [{ context: verdict, ...source }],
        },
      },
    ]),
    rulesetOf(whose, auditBranch, [...KEPT, { type: "required_linear_history" }]),
  ];
}

const KEPT: readonly RulesetRule[] = [{ type: "deletion" }, { type: "non_fast_forward" }];

function rulesetOf(whose: string, branch: string, rules: readonly RulesetRule[]): Ruleset {
  return {
    name: `${whose}: ${branch}`,
    target: "branch",
    enforcement: "active",
    conditions: { ref_name: { include: [`refs/heads/${branch}`], exclude: [] } },
    rules,
  };
}
