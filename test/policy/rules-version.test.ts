import { expect, it } from "vitest";
import { GATES } from "../../src/policy/evaluate.ts";
import { RULES_VERSION } from "../../src/policy/rules-version.ts";

// Audit entries name the rules that judged them. Who adds a gate, or takes one away, raises RULES_VERSION and writes the
// new pair here; who changes what a gate decides raises it, too.
it("the version of the rules stands for these gates", () => {
  expect({ version: RULES_VERSION, gates: GATES.map(({ name }) => name) }).toEqual({
    version: 1,
    gates: ["schema", "immutability", "artifact", "consistency", "order", "stale", "retire"],
  });
});
