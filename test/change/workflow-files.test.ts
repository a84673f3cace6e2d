import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { matchesBranch } from "../../src/change/branch-patterns.ts";
import { renderWorkflows, workflowPaths, type WorkflowFacts } from "../../src/change/workflow-files.ts";

const FACTS: WorkflowFacts = {
  registry: "acme",
  prefix: "",
  branch: "main",
  auditBranch: "modeltrail-audit",
  storage: { uri: "s3://acme/" },
  action: { repository: "modeltrail/modeltrail", commit: "0123456789".repeat(4), version: "v0.1.0" },
};

interface Written {
  readonly on: { readonly push: { readonly branches: readonly string[] } };
  readonly concurrency: { readonly group: string; readonly "cancel-in-progress": unknown };
}

function written(facts: Partial<WorkflowFacts> = {}): readonly Written[] {
  return renderWorkflows({ ...FACTS, ...facts }).map(({ text }) => parse(text) as Written);
}

describe("the workflows of a registry", () => {
  it.each(["main", "rel+1", "!main", "release/1.x"])("run on pushes to %s alone", (branch) => {
    for (const { on } of written({ branch })) {
      expect(matchesBranch(on.push.branches, branch)).toBe(true);
      expect(matchesBranch(on.push.branches, "rell1")).toBe(false);
      expect(on.push.branches).toHaveLength(1);
    }
  });

  it("end an older run of the same pull request, and no other", () => {
    const [verdict, audit] = written();
    expect(audit?.concurrency["cancel-in-progress"]).toBe(false);
    expect(verdict?.concurrency["cancel-in-progress"]).toBe(
      "${{ startsWith(github.event_name, 'pull_request') }}",
    );
    // What somebody types by hand would otherwise be the group of the push to that branch.
    expect(verdict?.concurrency.group).not.toContain("inputs.pull-request ||");
    expect(verdict?.concurrency.group).toContain("'typed-{0}'");
  });

  it.each(["", "ml/"])("lie where it is said that they do: %j", (prefix) => {
    const paths = renderWorkflows({ ...FACTS, prefix }).map(({ path }) => path);
    expect(workflowPaths({ registry: "acme", prefix })).toEqual(paths);
  });
});
