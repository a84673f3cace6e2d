import type { Command } from "commander";
import type { Answer, Execute } from "../execute.ts";
import { addGuide, COULD_NOT_TELL } from "../guide.ts";
import { addReadOptions, readAt, type ReadFlags } from "../read-options.ts";
import type { Context } from "../../workflows/context.ts";
import type { HistoryQuery } from "../../workflows/history.ts";

interface HistoryFlags extends ReadFlags {
  readonly stage?: string;
  readonly at?: string;
  readonly since?: string;
}

/** `modeltrail history [model]` */
export function declareHistory(command: Command, execute: Execute): void {
  command
    .description(
      "What happened to a model, or to all, newest first, from Git alone. With --at: what stages held at that moment. Pull requests and approvals, where this clone has an audit branch that tells them, are what the forge said; nothing proves them.",
    )
    .argument("[model]", "the model (default: all)")
    .option("--stage <stage>", "this stage only")
    .option("--since <time>", "only what happened at or after this time");
  command.addOption(
    command
      .createOption(
        "--at <time>",
        "what stages held then: 2026-11-20, 2026-11-20T10:15 (your time), 2026-11-20T10:15:00Z",
      )
      .conflicts("since"),
  );
  addReadOptions(command);
  addGuide(command, {
    examples: [
      ["modeltrail history fraud-detector --stage production", "every version that production held"],
      ["modeltrail history --at 2026-11-20T10:15:00Z", "what was where at that moment"],
    ],
    exits: [
      [0, "answered, also when nothing happened"],
      [1, "there is no such model or stage; with --at: the history begins later"],
      COULD_NOT_TELL,
    ],
  });
  command.action((model: string | undefined, flags: HistoryFlags) =>
    execute(command, async ({ open }) => {
      const { at } = flags;
      return at === undefined
        ? readEvents(await open(), model, flags)
        : readMoment(await open(), model, { ...flags, at });
    }),
  );
}

async function readEvents(context: Context, model: string | undefined, flags: HistoryFlags): Promise<Answer> {
  const { readHistory } = await import("../../workflows/history.ts");
  const { parseMoment } = await import("../parse.ts");
  const { since } = flags;
  const query = {
    ...queryOf(model, flags),
    ...(since === undefined ? {} : { since: parseMoment("--since", since) }),
  };
  const history = await readHistory(context, query);
  return {
    document: history,
    text: async (look) => (await import("../../report/text/history.ts")).renderHistory(history, look),
  };
}

async function readMoment(
  context: Context,
  model: string | undefined,
  flags: HistoryFlags & { readonly at: string },
): Promise<Answer> {
  const { readStateAt } = await import("../../workflows/history.ts");
  const { parseMoment } = await import("../parse.ts");
  const state = await readStateAt(context, parseMoment("--at", flags.at), queryOf(model, flags));
  return {
    document: state,
    text: async (look) => (await import("../../report/text/history.ts")).renderState(state, look),
  };
}

function queryOf(model: string | undefined, flags: HistoryFlags): HistoryQuery {
  const { stage } = flags;
  return {
    ...readAt(flags),
    ...(model === undefined ? {} : { model }),
    ...(stage === undefined ? {} : { stage }),
  };
}
