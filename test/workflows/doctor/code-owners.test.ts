import { expect, it } from "vitest";
import { placeOwnerLines } from "../../../src/change/codeowners.ts";
import { judgeOwners } from "../../../src/workflows/doctor/code-owners.ts";

const FILE = ".github/CODEOWNERS";
const OURS = placeOwnerLines("* @everyone\n", "", ["/modeltrail.yaml @ada", "/.github/ @ada"]) ?? "";

it.each<[status: string, part: string, text: string | undefined]>([
  ["ok", FILE, OURS],
  ["ok", FILE, "* @ada\n"],
  ["ok", FILE, `${OURS}/docs/ @writers\n`],
  ["warn", "no CODEOWNERS", undefined],
  ["warn", "names nobody", ""],
  ["warn", "names nobody", "# * @ada\n/models/\n"],
  ["warn", `line ${OURS.split("\n").length} of ${FILE}`, `${OURS}*.yaml @eve\n`],
])("code owners whose review is required are %s: %s", (status, part, text) => {
  expect(judgeOwners(FILE, text, "")).toMatchObject({ status, message: expect.stringContaining(part) });
});
