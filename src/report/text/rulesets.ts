import type { BranchRuleset } from "../../workflows/init/rules.ts";
import type { Line } from "../page.ts";

/** The commands that make rules of branches, to be copied as they are. */
export function renderRulesets(rules: readonly BranchRuleset[]): readonly Line[] {
  const [first] = rules;
  if (first === undefined) return [];
  const whole = first.path.replace(/^repos\/(.*)\/rulesets$/, "$1");
  return [
    [],
    [`Once it is pushed, an admin of ${whole} sets these rules, which nobody else can:`],
    ...rules.flatMap((rule): Line[] => [[], ...renderCommand(rule).map((line): Line => [line])]),
    [],
    ["modeltrail doctor then says whether they are there."],
  ];
}

/** One command for the GitHub CLI; a line for each rule. */
function renderCommand({ host, path, body }: BranchRuleset): readonly string[] {
  const where = host === undefined ? "" : `--hostname ${host} `;
  const { name, target, enforcement, conditions, rules } = body;
  const last = rules.length - 1;
  return [
    `gh api ${where}--method POST ${path} --input - <<'JSON'`,
    `{"name": ${JSON.stringify(name)}, "target": "${target}", "enforcement": "${enforcement}",`,
    ` "conditions": ${JSON.stringify(conditions)},`,
    ' "rules": [',
    ...rules.map((rule, index) => `  ${JSON.stringify(rule)}${index === last ? "" : ","}`),
    " ]}",
    "JSON",
  ];
}
