import type { InitResult } from "../../workflows/init.ts";
import type { RegisterResult } from "../../workflows/register/register.ts";
import { styled, type Line, type Look } from "../page.ts";
import { formatBytes, formatCount } from "../../registry/quantities.ts";
import { shortCommit } from "../quantities.ts";
import { renderPairs } from "../table.ts";
import { renderNext } from "./next-step.ts";
import { renderRulesets } from "./rulesets.ts";
import { renderConclusion, renderVerdict } from "./verdict.ts";

/** What became of `init`. */
export function renderInit(result: InitResult, look: Look): readonly Line[] {
  const { status, name, stages, storage, commit, files, rules = [] } = result;
  if (status === "unchanged")
    return [
      ["There is a registry here already; nothing was changed."],
      ...renderRulesets(rules),
      ...renderNext(look, "modeltrail list"),
    ];
  const done = status === "created" ? "Made the registry " : "Completed the registry ";
  return [
    [done, styled("strong", name), styled("dim", ` (commit ${shortCommit(commit)})`)],
    ...renderPairs([
      ["stages", stages.join(" → ")],
      ["storage", storage],
      ["files", files.join(", ")],
    ]),
    ...renderRulesets(rules),
    ...renderNext(look, "modeltrail register <model> <file or folder>"),
  ];
}

/** What became of `register`. */
export function renderRegistration(result: RegisterResult, look: Look): readonly Line[] {
  const { status, model, version, commit, branch, request, verdict } = result;
  const name = styled("strong", `${model} ${version}`);
  const facts = renderPairs([
    ["uri", result.uri],
    ["digest", result.digest],
    ["format", `${result.format} ${result.formatVersion}`],
    ["size", `${formatBytes(result.sizeBytes)} in ${formatCount(result.files, "file")}`],
  ]);
  if (status === "denied")
    return verdict === undefined
      ? []
      : [
          ...renderVerdict(verdict),
          ...renderConclusion(verdict, "The bytes are stored; the manifest was not written."),
        ];
  if (status === "unchanged") return [["Unchanged: ", name, " holds exactly these bytes already."], ...facts];
  const at = commit === undefined ? [] : [styled("dim", ` (commit ${shortCommit(commit)})`)];
  if (status === "proposed") {
    const waiting = verdict === undefined || verdict.verdict === "pass" ? [] : renderConclusion(verdict, "");
    return [
      ["Proposed ", name, " on ", styled("strong", branch ?? ""), ...at],
      ...(request === undefined ? [] : [[`#${request.number} `, request.url]]),
      ...facts,
      ...waiting,
      ...renderNext(look, `modeltrail merge ${request?.number ?? branch ?? ""}`),
    ];
  }
  return [
    ["Registered ", name, ...at],
    ...facts,
    ...renderNext(look, `modeltrail promote ${model}@${version} --to <stage>`),
  ];
}
