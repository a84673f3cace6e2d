import { ModeltrailError } from "../../diagnostics/errors.ts";

/** An audit branch that nothing is put on top of, and the way out. */
export function damaged(branch: string, problem: string): ModeltrailError {
  return new ModeltrailError("AUDIT_DAMAGED", `${branch} is not as a recorder leaves it: ${problem}`, {
    hint: "Nothing was recorded. modeltrail audit verify names everything that is wrong. Keep the branch as evidence, and begin a new one under another name in spec.audit.branch: it is recomputed from the main branch at once.",
  });
}
