import type { Reporter, TestModule, TestSuite } from "vitest/node";

/** Says at the end which suites did not run; their titles tell what is missing. */
export class SkippedSuites implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped = modules.flatMap((module) =>
      skippedIn(module).map((title) => `${module.relativeModuleId}: ${title}`),
    );
    if (skipped.length === 0) return;
    console.log(
      ["", "Not run, since something is missing here:", ...skipped.map((line) => `  ${line}`)].join("\n"),
    );
  }
}

/** The outermost suites that are skipped as a whole; the only suite in one speaks for it. */
function skippedIn(parent: TestModule | TestSuite): string[] {
  return [...parent.children.suites()].flatMap((suite) => {
    if (suite.options.mode !== "skip") return skippedIn(suite);
    const inner = [...suite.children];
    return inner.length === 1 && inner[0]?.type === "suite" ? skippedIn(suite) : [suite.fullName];
  });
}
