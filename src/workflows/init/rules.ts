import { planRulesets, type Ruleset } from "../../change/rulesets.ts";
import type { Registry } from "../../manifest/types.generated.ts";
import { statusName } from "../../registry/status-name.ts";
import { auditBranch } from "../audit/place.ts";
import type { Context } from "../context.ts";
import type { InitOptions } from "../init.ts";
import { findDefaultBranch, shortName } from "../read/default-branch.ts";

/** A request to GitHub's API that makes rules for a branch. */
export interface BranchRuleset {
  /** Where GitHub's API is; left out: github.com. */
  readonly host?: string;
  /** `repos/acme/models/rulesets`, to be posted to. */
  readonly path: string;
  readonly body: Ruleset;
}

/** The rules for the branches of a registry on GitHub; none unless its set-up was asked for. */
export async function planRules(
  context: Context,
  registry: Registry,
  { forge, setup }: InitOptions,
): Promise<{ readonly rules?: readonly BranchRuleset[] }> {
  if (forge === undefined || setup === undefined) return {};
  const { isPublic, host } = readSite(forge.apiUrl);
  const rulesets = planRulesets({
    prefix: context.prefix,
    branch: shortName((await findDefaultBranch(context, registry.spec.branch)).ref),
    auditBranch: auditBranch(registry, context.prefix),
    isPublic,
    verdict: statusName(context.prefix, "verdict"),
  });
  const path = `repos/${forge.github}/rulesets`;
  return { rules: rulesets.map((body) => ({ ...(host === undefined ? {} : { host }), path, body })) };
}

/** The host as `gh` names it. */
function readSite(apiUrl: string | undefined): { readonly isPublic: boolean; readonly host?: string } {
  const host = apiUrl !== undefined && URL.canParse(apiUrl) ? new URL(apiUrl).host : "api.github.com";
  if (host === "api.github.com") return { isPublic: true };
  const isPublic = host.endsWith(".ghe.com");
  return { isPublic, host: isPublic ? host.replace(/^api\./, "") : host };
}
