/**
 * The version of the judge's rules. Audit entries name it, and `audit verify` recomputes a verdict only under its own:
 * whoever adds a gate, or changes what one decides, raises it.
 */
export const RULES_VERSION = 1;
