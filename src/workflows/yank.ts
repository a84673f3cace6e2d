import { planYank, stagesHolding } from "../change/yank.ts";
import { ModeltrailError } from "../diagnostics/errors.ts";
import { yankPath } from "../registry/layout.ts";
import type { ModelView } from "../registry/model-view.ts";
import type { ModelYank } from "../manifest/types.generated.ts";
import type { Context } from "./context.ts";
import { readModelForMove, readVersion } from "./move.ts";
import { registryTree } from "./read/commit.ts";
import { readManifestAt } from "./read/manifest-at.ts";
import { requireReference } from "./target.ts";
import { toTimestamp } from "./timestamps.ts";
import { userName } from "./write/commit.ts";
import { propose, type ProposalOutcome, type ProposeOptions } from "./write/propose.ts";
import { attemptChange } from "./write/attempt.ts";
import type { Session, SessionOptions } from "./write/session.ts";

/** How to yank. */
export interface YankOptions extends ProposeOptions, SessionOptions {
  readonly reason: string;
  /** Moves every stage that holds the version to this one, in the same change. */
  readonly replaceWith?: string;
}

/** Word that the version was yanked before. */
export interface AlreadyYanked {
  readonly status: "already";
  readonly model: string;
  readonly version: string;
}

/** Proposes that nobody uses a version any more. */
export async function yankVersion(
  context: Context,
  reference: string,
  options: YankOptions,
): Promise<ProposalOutcome | AlreadyYanked> {
  const { model: name, ref: version } = requireReference(reference, "version");
  return attemptChange(context, options, (session) => retract(context, session, { name, version, options }));
}

interface Retraction {
  readonly name: string;
  readonly version: string;
  readonly options: YankOptions;
}

async function retract(
  context: Context,
  session: Session,
  { name, version, options }: Retraction,
): Promise<ProposalOutcome | AlreadyYanked> {
  const model = await readModelForMove(context, session, name);
  if (!model.versions.has(version))
    throw new ModeltrailError("NOT_FOUND", `${name} has no version ${version}`, {
      hint: `modeltrail show ${name} lists its versions.`,
    });
  if (model.yanks.has(version)) return { status: "already", model: name, version };
  refuseHeld(session, { model, version, replaceWith: options.replaceWith });
  const replacement =
    options.replaceWith === undefined
      ? undefined
      : await readVersion(context, session, name, options.replaceWith);
  const open = await readOpenYank(context, session, name, version);
  const changeSet = planYank({
    model,
    version,
    reason: options.reason,
    replacement,
    at: open?.yankedAt ?? toTimestamp(Math.floor(context.now().getTime() / 1000)),
    requestedBy: open?.yankedBy ?? (await userName(context)),
  });
  return propose(context, session, changeSet, options);
}

interface Held {
  readonly model: ModelView;
  readonly version: string;
  readonly replaceWith: string | undefined;
}

function refuseHeld({ registry }: Session, { model, version, replaceWith }: Held): void {
  const held = stagesHolding(model, version);
  const known = new Set(registry.spec.stages.map((stage) => stage.name));
  const dropped = held.find((stage) => !known.has(stage));
  if (held.length === 0 || (replaceWith !== undefined && dropped === undefined)) return;
  throw new ModeltrailError("STAGE_IN_USE", `${model.name} ${version} is held by ${held.join(", ")}`, {
    hint:
      dropped === undefined
        ? "Use --replace-with <version> to move those stages in the same change, or promote another version first."
        : `The policy has no stage ${dropped}, so nothing can replace it there. Empty it first: modeltrail retire ${model.name} --stage ${dropped}`,
  });
}

/** The yank in a proposal that is open already: made again, it has to be the same to the byte. */
async function readOpenYank(
  context: Context,
  session: Session,
  model: string,
  version: string,
): Promise<ModelYank["spec"] | undefined> {
  const found = await session.forge.find(`${session.branchPrefix}yank/${model}/${version}`);
  if (found.state !== "open") return undefined;
  const tree = await registryTree(context, found.head);
  if (tree === undefined) return undefined;
  const reading = await readManifestAt(context, { kind: "ModelYank", tree, path: yankPath(model, version) });
  return reading?.ok === true ? reading.value.spec : undefined;
}
