/**
 * The library: open a registry that lies in a Git repository, and ask it what the command line asks.
 *
 * ```ts
 * import { openRegistry } from "modeltrail";
 *
 * const registry = await openRegistry("path/to/clone");
 * const production = await registry.resolve("fraud-detector@production");
 * await registry.close();
 * ```
 */
export { openRegistry, type OpenRegistryOptions, type RegistryHandle } from "./composition/library.ts";
export { ModeltrailError, type ErrorCode } from "./diagnostics/errors.ts";
export type { Finding, GateName, Severity } from "./diagnostics/finding.ts";
export type { FindingCode } from "./diagnostics/catalogue.ts";
export type {
  Manifest,
  Model,
  ModelStage,
  ModelVersion,
  ModelYank,
  Registry,
} from "./manifest/types.generated.ts";
export type { GateResult } from "./policy/gate.ts";
export type { Verdict } from "./policy/evaluate.ts";
export type { History, HistoryQuery, HistoryRow, StateAt } from "./workflows/history.ts";
export type { ModelList, ModelRow } from "./workflows/list.ts";
export type { ReadAt } from "./workflows/read/commit.ts";
export type { Resolution } from "./workflows/resolve.ts";
export type { ModelDetails, VersionRow } from "./workflows/show.ts";
export type { ChangeReport, TreeReport } from "./workflows/validate.ts";
