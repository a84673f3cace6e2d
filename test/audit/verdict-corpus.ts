import type { Manifest } from "../../src/manifest/types.generated.ts";
import { aModel, aRegistry, aStage, aVersion, aYank, textOf } from "../builders/manifests.ts";

/** What a path comes to hold: null for nothing, and what a link or a submodule points to with its mode. */
export type Content =
  string | Uint8Array | Manifest | null | { readonly mode: "120000" | "160000"; readonly to: string };

export type Edits = Readonly<Record<string, Content>>;

/** A commit of the main branch that came around the gates; `before`: a commit that prepares it. */
export interface VerdictCase {
  readonly name: string;
  readonly before?: Edits;
  readonly edits: Edits;
}

const STAGES = [{ name: "staging" }, { name: "production", after: ["staging"] }];
const V1 = aVersion("fraud", "1.0.0");
const V2 = aVersion("fraud", "1.1.0");

const POLICY = "modeltrail.yaml";
const MODEL = "models/fraud/model.yaml";
const STAGING = "models/fraud/stages/staging/stage.yaml";
const PRODUCTION = "models/fraud/stages/production/stage.yaml";

function version(number: string): string {
  return `models/fraud/versions/${number}.yaml`;
}

/** A sound registry, on which each case stands. */
export const BASE: Edits = {
  [POLICY]: aRegistry(STAGES),
  [MODEL]: aModel("fraud"),
  [version("1.0.0")]: V1,
  [version("1.1.0")]: V2,
  [version("0.9.0")]: aVersion("fraud", "0.9.0"),
  "models/fraud/yanked/0.9.0.yaml": aYank("fraud", "0.9.0"),
  [STAGING]: aStage("staging", V1),
};

const model = textOf(aModel("fraud"));
const policy = textOf(aRegistry(STAGES));
const next = textOf(aVersion("fraud", "1.2.0"));

/** Lines behind a sound manifest, or in its place. */
const TEXTS: Readonly<Record<string, string | Uint8Array>> = {
  "a byte order mark": `\ufeff${model}`,
  "bytes that are no UTF-8": Buffer.concat([Buffer.from(model), Buffer.from([0xff, 0xfe, 0x0a])]),
  "a control character": `${model}# \u0007\n`,
  "a character that turns the direction": `${model}# \u202e\n`,
  "an escaped control character": model.replace('"ada"', '"a\\u0007da"'),
  "too many bytes": `${model}# ${"x".repeat(70_000)}\n`,
  "too many levels": `${model}deep: ${"[".repeat(40)}${"]".repeat(40)}\n`,
  "too many values": `${model}many: [${"1,".repeat(4100)}]\n`,
  nothing: "",
  "a text alone": "hello\n",
  "a list": "- a\n",
  "an open bracket": `${model}a: [1\n`,
  "an open quote": `${model}a: "x\n`,
  "an open single quote": `${model}a: 'x\n`,
  "an unknown escape": `${model}a: "\\q"\n`,
  "two colons": `${model}a: b: c\n`,
  "a tab": `${model}a:\n\tb: c\n`,
  "a line that is indented too little": `${model}a:\n    b: 1\n  c: 2\n`,
  "a closing bracket too many": `${model}a: 1]\n`,
  "a reserved character": `${model}a: @x\n`,
  "a block with a wrong indicator": `${model}a: |x\n  b\n`,
  "a block without an end": `${model}a: |\n  b`,
  "an anchor": `${model}a: &x 1\n`,
  "an alias": `${model}a: *x\n`,
  "a tag": `${model}a: !!str 1\n`,
  "a directive": `%YAML 1.1\n---\n${model}`,
  "a second document": `${model}---\n${model}`,
  "a complex key": `${model}? a\n: 1\n`,
  "a key that is a list": `${model}[a]: 1\n`,
  "a merge key": `${model}<<: {}\n`,
  "a key of JavaScript": `${model}__proto__: {}\n`,
  "a key that is a number": `${model}1: 2\n`,
  "a key twice": `${model}kind: "Model"\n`,
  ...Object.fromEntries(
    [
      "no",
      "1.10",
      "0755",
      "1e5",
      "2026-01-01",
      "~",
      "12:30:00",
      "0x1f",
      "1_000",
      ".inf",
      "=",
      "y",
      "null",
      "+1",
    ].map((plain) => [`the plain ${plain}`, `${model}a: ${plain}\n`]),
  ),
  "no comment for Argo CD": model.replace(/^#.*\n/, ""),
  "another kind": textOf(V1),
  "an unknown kind": model.replace('"Model"', '"Modle"'),
  "another version of the API": model.replace("modeltrail.dev/v1", "modeltrail.dev/v2"),
  "no kind": model.replace(/kind:.*\n/, ""),
  "a field that is nearly one": model.replace("owners:", "owner:"),
  "a field that is none": `${model}  zzzzzz: 1\n`,
  "a field that is missing": model.replace(/ {2}model: .*\n/, ""),
  "a name in the place of a list": model.replace(/owners:[\s\S]*/, 'owners: "ada"\n'),
  "a list in the place of a text": model.replace(/model: "fraud"/, 'model: ["fraud"]'),
  "a plain number in the place of a text": model.replace(/model: "fraud"/, "model: 7"),
  "a map that is empty": model.replace(/metadata:[\s\S]*?spec:/, "metadata: {}\nspec:"),
  "an empty list": model.replace(/owners:[\s\S]*/, "owners: []\n"),
  "a text that is empty": model.replace('"ada"', '""'),
  "a text that is too long": model.replace('"ada"', JSON.stringify("x".repeat(500))),
  "a text that is no name": model.replace('"ada"', '"a\\nb"'),
  "nothing behind a key": `${model}  description:\n`,
  "a long text": `${model}  description: ${JSON.stringify("x".repeat(20_000))}\n`,
  "labels that are none": `${model}  labels: {" ": "x"}\n`,
  "too many owners": model.replace(/owners:[\s\S]*/, `owners: [${'"a", '.repeat(300)}"b"]\n`),
  "an owner twice": model.replace(/owners:[\s\S]*/, 'owners: ["ada", "ada"]\n'),
};

/** A version manifest with other words in it: numbers, digests and lists that the schema bounds. */
const VERSIONS: Readonly<Record<string, readonly [string | RegExp, string]>> = {
  "a negative size": [/sizeBytes: 3/, "sizeBytes: -1"],
  "a size that is no whole number": [/sizeBytes: 3/, "sizeBytes: 1.5"],
  "a size that is too large": [/sizeBytes: 3/, "sizeBytes: 9007199254740992"],
  "a size that is a text": [/sizeBytes: 3/, 'sizeBytes: "3"'],
  "a digest that is none": [/digest: "sha256:[0-9a-f]{64}"/, 'digest: "md5:x"'],
  "a format that is none": ['"onnx"', '"ONNX 1"'],
  "a date that is none": ['"2026-11-20T10:15:00Z"', '"yesterday"'],
  "an address elsewhere": ["s3://acme-models/registry", "s3://other/registry"],
  "sizes that do not add up": [/sizeBytes: 3\n/, "sizeBytes: 4\n"],
  "a path that leads away": ['"model.onnx"', '"../model.onnx"'],
  "a metric that is none": [/createdAt/, 'metrics: [{name: "auc", value: "high"}]\n  createdAt'],
  "an option that is neither true nor false": [
    /createdAt/,
    'lineage: {code: {repository: "https://x.example/y", commit: "0", dirty: "no"}}\n  createdAt',
  ],
};

/** A policy with another text in it. */
const POLICIES: Readonly<Record<string, string>> = {
  "a stage twice": textOf(aRegistry([...STAGES, { name: "staging" }])),
  "a stage after itself": textOf(
    aRegistry([
      { name: "a", after: ["b"] },
      { name: "b", after: ["a"] },
    ]),
  ),
  "a stage after none": textOf(aRegistry([{ name: "staging", after: ["dev"] }])),
  "a stage with a name of YAML's": policy.replaceAll('"production"', '"off"'),
  "storage among the manifests": textOf(aRegistry(STAGES, { storage: { uri: "file:models/x/" } })),
  "storage in Git's own folder": textOf(aRegistry(STAGES, { storage: { uri: "file:.git/x/" } })),
  "storage that is none": policy.replace("s3://acme-models/registry/", "http://x/"),
  "storage elsewhere": textOf(aRegistry(STAGES, { storage: { uri: "s3://acme-models/other/" } })),
  "a branch for the audit that is the main one": textOf(
    aRegistry(STAGES, { branch: "main", audit: { branch: "main" } }),
  ),
  "no stage any more": textOf(aRegistry([{ name: "production" }])),
  "rules without a gate": textOf(aRegistry([{ name: "staging", soak: "24h" }, { name: "production" }])),
  "kustomize files": textOf(aRegistry(STAGES, { deploy: { kustomize: true } })),
  "no word on kustomize files": policy.replace(/ {2}deploy:[\s\S]*/, ""),
  "an approval that is none": policy.replace(
    'name: "staging"',
    'name: "staging"\n      approvals: {required: 0}',
  ),
};

const OTHER = { "models/other/model.yaml": aModel("other") };
const LONG = "n".repeat(40);

const CHANGES: readonly VerdictCase[] = [
  { name: "a link", edits: { [STAGING]: { mode: "120000", to: "../../x" } } },
  {
    name: "a submodule",
    edits: { "models/fraud/versions/2.0.0.yaml": { mode: "160000", to: "1".repeat(40) } },
  },
  { name: "a path with a control character", edits: { "models/fraud/a\u0007b": "x\n" } },
  { name: "a model without a name", edits: { "models/Fraud_2/model.yaml": model } },
  { name: "a model of three names", edits: { "models/a/b/c/versions/1.0.0.yaml": next } },
  { name: "a version that is a number", edits: { [version("1.10")]: next } },
  { name: "a version that is no semantic one", edits: { [version("one")]: next } },
  {
    name: "a stray file",
    edits: { "models/fraud/versions/notes.txt": "x\n", "models/fraud/deploy/x.yaml": "x\n" },
  },
  {
    name: "two spellings of a path",
    edits: { "models/fraud/readme.md": "x\n", "models/fraud/README.md": "x\n" },
  },
  { name: "a model in a model", edits: { "models/fraud/inner/model.yaml": aModel("fraud/inner") } },
  {
    name: "a name that is too long",
    edits: {
      [`models/${LONG}/model.yaml`]: aModel(LONG),
      [`models/${LONG}/${LONG}/model.yaml`]: aModel(`${LONG}/${LONG}`),
    },
  },
  {
    name: "two names that are one",
    edits: {
      [POLICY]: aRegistry([...STAGES, { name: "eu-prod" }, { name: "prod" }]),
      "models/fraud-eu/model.yaml": aModel("fraud-eu"),
    },
  },
  { name: "a version of no model", edits: { "models/none/versions/1.0.0.yaml": aVersion("none", "1.0.0") } },
  {
    name: "rules for no stage",
    edits: { [MODEL]: aModel("fraud", { stages: { stagin: { require: ["card"] }, other: {} } }) },
  },
  { name: "a version at another's path", edits: { [version("1.2.0")]: aVersion("other", "1.3.0") } },
  { name: "a number again, spelled otherwise", edits: { [version("v1.0.0")]: aVersion("fraud", "v1.0.0") } },
  { name: "a number that was yanked", edits: { [version("v0.9.0")]: aVersion("fraud", "v0.9.0") } },
  {
    name: "a yank of nothing",
    edits: { "models/fraud/yanked/7.0.0.yaml": aYank("fraud", "7.0.0", { replacement: "8.0.0" }) },
  },
  {
    name: "a yank that replaces itself",
    edits: { "models/fraud/yanked/1.1.0.yaml": aYank("fraud", "1.1.0", { replacement: "1.1.0" }) },
  },
  { name: "a stage of no version", edits: { [STAGING]: aStage("staging", aVersion("fraud", "7.0.0")) } },
  {
    name: "a stage of a broken version",
    before: { [version("1.2.0")]: "nothing\n" },
    edits: { [STAGING]: aStage("staging", aVersion("fraud", "1.2.0")) },
  },
  {
    name: "a stage of a yanked version",
    edits: { [STAGING]: aStage("staging", aVersion("fraud", "0.9.0")) },
  },
  {
    name: "a stage that copies wrongly",
    edits: {
      [STAGING]: textOf(aStage("staging", V2))
        .replace('sizeBytes: "3"', 'sizeBytes: "4"')
        .replace(/digest: .*/, `digest: "sha256:${"0".repeat(64)}"`),
    },
  },
  { name: "a stage at another's path", edits: { [PRODUCTION]: aStage("staging", V1) } },
  {
    name: "a version that was edited",
    edits: { [version("1.0.0")]: aVersion("fraud", "1.0.0", { description: "x" }) },
  },
  { name: "a version that was removed", edits: { [version("1.1.0")]: null } },
  { name: "a registry that was removed", edits: { [POLICY]: null } },
  {
    name: "another registry that was removed",
    before: { "ml/modeltrail.yaml": aRegistry(STAGES) },
    edits: { "ml/modeltrail.yaml": null, "models/fraud/README.md": "x\n" },
  },
  {
    name: "a change without a registry",
    before: { [POLICY]: null },
    edits: { [MODEL]: aModel("fraud", { description: "x" }) },
  },
  { name: "a registry that comes back", before: { [POLICY]: null }, edits: { [POLICY]: aRegistry(STAGES) } },
  { name: "a stage before its turn", edits: { [PRODUCTION]: aStage("production", V2) } },
  { name: "a stage in its turn", edits: { [PRODUCTION]: aStage("production", V1) } },
  {
    name: "a stage that the policy does not have",
    edits: { "models/fraud/stages/other/stage.yaml": aStage("other", V1) },
  },
  { name: "a stage that is emptied", edits: { [STAGING]: null } },
  { name: "a stage that is emptied with more", edits: { [STAGING]: null, "models/fraud/README.md": "x\n" } },
  {
    name: "a stage that holds what nobody reads, and is emptied",
    before: { [STAGING]: "nothing\n" },
    edits: { [STAGING]: null },
  },
  { name: "files outside", edits: { "models/fraud/README.md": "x\n", "src/a.py": "x\n", "src/b.py": "x\n" } },
  {
    name: "a workflow with a stage",
    before: { [POLICY]: aRegistry(STAGES, { forge: { github: "acme/models" } }) },
    edits: { ".github/workflows/x.yml": "x\n", [PRODUCTION]: aStage("production", V1) },
  },
  {
    name: "a move of a model whose rules are broken",
    before: { [MODEL]: "nothing: [\n" },
    edits: { [PRODUCTION]: aStage("production", V1) },
  },
  {
    name: "a move of a model without rules",
    before: { [MODEL]: null },
    edits: { [PRODUCTION]: aStage("production", V1) },
  },
  {
    name: "a move of a model with rules for no stage",
    before: { [MODEL]: aModel("fraud", { stages: { other: {} } }) },
    edits: { [PRODUCTION]: aStage("production", V1) },
  },
  {
    name: "a move under rules without a gate",
    before: {
      [POLICY]: aRegistry([{ name: "staging" }, { name: "production", soak: "24h" }]),
      [MODEL]: aModel("fraud", { stages: { production: { require: ["card"] } } }),
    },
    edits: { [PRODUCTION]: aStage("production", V1) },
  },
  {
    name: "a move under a policy that is broken",
    before: { [POLICY]: "nothing: [\n" },
    edits: { [PRODUCTION]: aStage("production", V1) },
  },
  {
    name: "a move under a policy that contradicts itself",
    before: { [POLICY]: aRegistry([...STAGES, { name: "staging" }]) },
    edits: { [PRODUCTION]: aStage("production", V1) },
  },
  { name: "a stage that nobody can read", edits: { [STAGING]: "nothing\n" } },
  {
    name: "more than is listed",
    edits: Object.fromEntries(
      Array.from({ length: 25 }, (_, at) => [`models/fraud/versions/${at}.txt`, "x\n"]),
    ),
  },
  { name: "another model", edits: OTHER },
];

export const CASES: readonly VerdictCase[] = [
  ...Object.entries(TEXTS).map(([name, text]) => ({ name: `model.yaml: ${name}`, edits: { [MODEL]: text } })),
  ...Object.entries(VERSIONS).map(([name, [from, to]]) => ({
    name: `a version: ${name}`,
    edits: { [version("1.2.0")]: next.replace(from, to) },
  })),
  ...Object.entries(POLICIES).map(([name, text]) => ({
    name: `modeltrail.yaml: ${name}`,
    edits: { [POLICY]: text },
  })),
  ...CHANGES,
];
