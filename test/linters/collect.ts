import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { renderWorkflows, type WorkflowFacts } from "../../src/change/workflow-files.ts";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** A workflow, and where it comes from. */
export interface Sample {
  readonly from: string;
  readonly text: string;
}

/** A workflow as YAML gives it, as far as tests look at it. */
export interface ParsedWorkflow {
  readonly jobs: Readonly<Record<string, { readonly steps?: readonly ParsedStep[] }>>;
}

export interface ParsedStep {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

/** Our own, those that `init --github` writes, and those of the docs. */
export function collectWorkflows(): readonly Sample[] {
  return [...ownWorkflows(), ...writtenWorkflows(), ...documentedWorkflows()];
}

function ownWorkflows(): readonly Sample[] {
  const folder = join(ROOT, ".github/workflows");
  return readdirSync(folder).map((name) => ({
    from: `.github/workflows/${name}`,
    text: readFileSync(join(folder, name), "utf8"),
  }));
}

const COMMIT = "0123456789".repeat(4);

const STORAGES: Readonly<Record<string, WorkflowFacts["storage"]>> = {
  s3: { uri: "s3://acme-models/registry/", region: "eu-west-1" },
  "s3 of no region": { uri: "s3://acme-models/" },
  "another store": { uri: "s3://acme-models/registry/", endpoint: "https://store.acme.example" },
  "a folder": { uri: "file:/srv/models/" },
  "a folder of the clone": { uri: "file:.modeltrail/artifacts/" },
};

/** Every way in which they are written, as they are and with what is ready in comments taken in. */
export function writtenWorkflows(): readonly Sample[] {
  return Object.entries(STORAGES).flatMap(([name, storage]) =>
    ["", "ml/my models/"].flatMap((prefix) =>
      renderWorkflows({
        registry: "acme-models",
        prefix,
        branch: "main",
        auditBranch: "modeltrail-audit",
        storage,
        action: { repository: "modeltrail/modeltrail", commit: COMMIT, version: "v0.1.0" },
      }).flatMap(({ path, text }) => {
        const from = `init --github (${name}${prefix === "" ? "" : ", in a folder"}): ${basename(path)}`;
        const whole = uncomment(text);
        return [
          { from, text },
          ...(whole === text ? [] : [{ from: `${from}, with its comments`, text: whole }]),
        ];
      }),
    ),
  );
}

/** Takes the first `# ` of lines that are YAML away, as the comment above them says. */
export function uncomment(text: string): string {
  return text.replaceAll(/^( +)# ((?:id-token:|- uses:| +[a-z-]+:).*)$/gm, "$1$2");
}

/** Blocks of the docs that are whole workflows. */
export function documentedWorkflows(): readonly Sample[] {
  const files = [
    "README.md",
    "SECURITY.md",
    ...readdirSync(join(ROOT, "docs")).map((name) => `docs/${name}`),
  ];
  return files
    .filter((file) => file.endsWith(".md"))
    .flatMap((file) => {
      const blocks = readFileSync(join(ROOT, file), "utf8").matchAll(/^( *)```ya?ml\n([\s\S]*?)^\1```$/gm);
      return [...blocks]
        .map(([, indent = "", block = ""]) => block.replaceAll(new RegExp(`^${indent}`, "gm"), ""))
        .filter((block) => /^on:/m.test(block) && /^jobs:/m.test(block))
        .map((text, index) => ({ from: `${file}, workflow ${index + 1}`, text }));
    });
}

export function parseWorkflow(text: string): ParsedWorkflow {
  return parse(text) as ParsedWorkflow;
}

export function stepsOf(text: string): readonly ParsedStep[] {
  return Object.values(parseWorkflow(text).jobs).flatMap(({ steps = [] }) => steps);
}
