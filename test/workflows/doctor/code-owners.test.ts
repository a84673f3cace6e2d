import { expect, it } from "vitest";
import { placeOwnerLines } from "../../../src/change/codeowners.ts";
import { judgeOwners, type OwnersFile } from "../../../src/workflows/doctor/code-owners.ts";

const FILE = ".github/CODEOWNERS";
const WORKFLOWS = [".github/workflows/modeltrail-verdict.yml", ".github/workflows/modeltrail-audit.yml"];
const LINES = ["/modeltrail.yaml @ada", "/.github/workflows/ @ada", "/.github/CODEOWNERS @ada"];
const OURS = placeOwnerLines("* @everyone\n", "", LINES) ?? "";
/** As an older release wrote it. */
const OLDER = placeOwnerLines("", "", ["/modeltrail.yaml @ada", "/.github/ @ada"]) ?? "";

function judge(text: string | undefined, more: Partial<OwnersFile> = {}): ReturnType<typeof judgeOwners> {
  return judgeOwners({ file: FILE, text, prefix: "", workflows: WORKFLOWS, mistakes: [], ...more });
}

function without(line: string): string {
  return OURS.replace(`${line}\n`, "").replace("* @everyone\n", "");
}

it.each<[status: string, part: string, text: string | undefined]>([
  ["ok", FILE, OURS],
  ["ok", FILE, OLDER],
  ["ok", FILE, "* @ada\n"],
  ["ok", FILE, `${OURS}/docs/ @writers\n`],
  ["warn", "no CODEOWNERS", undefined],
  ["warn", "names nobody", ""],
  ["warn", "names nobody", "# * @ada\n/models/\n"],
  ["warn", `line ${OURS.split("\n").length} of ${FILE}`, `${OURS}*.yaml @eve\n`],
  ["warn", "nobody owns modeltrail.yaml, .github/workflows/modeltrail-verdict.yml", "/docs/ @bob\n"],
  ["warn", "nobody owns .github/workflows/modeltrail-verdict.yml", without(LINES[1] ?? "")],
  ["warn", "nobody owns .github/CODEOWNERS", without(LINES[2] ?? "")],
  [
    "warn",
    "says nothing of .github/workflows/modeltrail-verdict.yml",
    OURS.replace(`${LINES[1] ?? ""}\n`, ""),
  ],
  [
    "warn",
    "nobody owns a workflow that somebody adds",
    `${without(LINES[1] ?? "")}${WORKFLOWS.map((path) => `/${path} @ada\n`).join("")}`,
  ],
])("code owners whose review is required are %s: %s", (status, part, text) => {
  expect(judge(text)).toMatchObject({ status, message: expect.stringContaining(part) });
});

it("names the lines that GitHub does not take", () => {
  const mistakes = [{ line: 3, kind: "Unknown owner", source: "/modeltrail.yaml @nobody" }];
  expect(judge(OURS, { mistakes })).toMatchObject({
    status: "warn",
    message: expect.stringMatching(/line 3 of .*Unknown owner.*@nobody/),
  });
});

it.each<[isTold: boolean, line: string, prefix: string]>([
  [false, "/apps/ @eve", ""],
  [false, "/apps/[x]/ @eve", ""],
  [false, "*.js @eve", ""],
  [false, "/ml/models/ @eve", ""],
  [false, "/modeltrail.yaml @eve", "ml/"],
  [false, "/models/ @eve", "ml/"],
  [true, "/models/ @eve", ""],
  [true, "/models/fraud/versions/2.0.0.yaml @eve", ""],
  [true, "models/f[a-z]*/ @eve", ""],
  [true, "!/modeltrail.yaml @eve", ""],
  [true, "fraud/ @eve", ""],
  [true, "*.yaml @eve", ""],
  [true, "* @eve", "ml/"],
  [true, "/ml/ @eve", "ml/"],
  [true, "/.github/workflows/ @eve", "ml/"],
])("tells those mistakes alone that are about the registry: %s, %s", (isTold, line, prefix) => {
  const lines = [`/${prefix}modeltrail.yaml @ada`, ...LINES.slice(1)];
  const text = placeOwnerLines(`${line}\n`, prefix, lines) ?? "";
  const mistakes = [{ line: 1, kind: "Unknown owner", source: line }];
  expect(judge(text, { prefix, mistakes }).status).toBe(isTold ? "warn" : "ok");
});

it("looks at the registry in its folder", () => {
  const text = placeOwnerLines("", "ml/", ["/ml/modeltrail.yaml @ada", ...LINES.slice(1)]) ?? "";
  expect(judge(text, { prefix: "ml/" })).toMatchObject({ status: "ok" });
  expect(judge(OURS.replace("* @everyone\n", ""), { prefix: "ml/" })).toMatchObject({
    status: "warn",
    message: expect.stringContaining("nobody owns ml/modeltrail.yaml"),
  });
});
