/**
 * The table of layers, as data. A layer is a folder of src/; `index` is src/index.ts, `action` is action/src/. What a manifest says
 * (its types) may be named where its text may not be read.
 */
export interface Layer {
  /** Layers whose code it may import. */
  readonly code: readonly string[];
  /** Layers of which it may import types only. */
  readonly types?: readonly string[];
  /** Third-party packages. An entry that ends in `/*` is a scope. */
  readonly packages: readonly string[];
  /** No input or output, clock, randomness or waiting: what it returns follows from its arguments alone. */
  readonly pure?: true;
  /** Holds nothing but types. */
  readonly typesOnly?: true;
}

const BELOW_ADAPTERS = ["diagnostics", "manifest", "registry", "policy", "change", "audit"];

export const LAYERS: Readonly<Record<string, Layer>> = {
  diagnostics: { code: [], packages: [], pure: true },
  manifest: { code: ["diagnostics"], packages: ["jsonc-parser", "yaml"], pure: true },
  registry: { code: ["diagnostics", "manifest"], packages: ["semver"], pure: true },
  policy: { code: ["diagnostics", "registry"], types: ["manifest"], packages: [], pure: true },
  change: { code: ["diagnostics", "manifest", "registry"], packages: [], pure: true },
  audit: { code: ["diagnostics", "registry"], types: ["manifest"], packages: ["canonicalize"], pure: true },
  ports: { code: [], types: ["diagnostics", "registry", "change", "audit"], packages: [], typesOnly: true },
  adapters: { code: ["ports", "diagnostics"], packages: [] },
  workflows: { code: [...BELOW_ADAPTERS, "ports"], packages: [] },
  report: { code: ["diagnostics", "registry", "policy"], types: ["manifest", "workflows"], packages: [] },
  composition: {
    code: ["workflows", "report", "adapters", "registry", "diagnostics"],
    types: ["ports", "manifest"],
    packages: [],
  },
  cli: {
    code: ["workflows", "report", "composition", "adapters", "diagnostics"],
    types: ["ports"],
    packages: ["commander"],
  },
  action: {
    code: ["workflows", "report", "composition", "diagnostics"],
    packages: ["@actions/core"],
  },
  index: {
    code: [...BELOW_ADAPTERS, "workflows", "report", "composition", "adapters"],
    types: ["ports"],
    packages: [],
  },
};

/** What each adapter (a folder or file of src/adapters) talks through; any other adapter uses Node alone. */
export const ADAPTER_PACKAGES: Readonly<Record<string, readonly string[]>> = {
  github: ["@octokit/*"],
  git: ["isomorphic-git", "undici"],
  s3: ["@aws-sdk/*", "@smithy/*"],
};

/** Calls of isomorphic-git that read or rewrite the whole registry, or are wrong on merges. */
export const GIT_RED_LINES: readonly string[] = ["walk", "statusMatrix", "add", "commit", "checkout"];

/** Globals that a pure folder has no business with. */
export const IMPURE_GLOBALS: readonly string[] = [
  "process",
  "console",
  "performance",
  "crypto",
  "globalThis",
  "fetch",
  "Promise",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "queueMicrotask",
];

export const DRAWER_NAMES = /^(utils?|helpers?|common|misc|shared|manager|service)$/;

export const MAX_LINES = 250;
