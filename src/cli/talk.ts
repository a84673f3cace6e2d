import { EXIT_BUG, exitCodeOf, isModeltrailError, redactSecrets } from "../diagnostics/errors.ts";
import { renderJsonLine } from "../report/documents.ts";
import { escapeText } from "../report/escape.ts";
import { renderPage, styled, type Line } from "../report/page.ts";
import type { Notices } from "../workflows/context.ts";
import { useColor, type GlobalFlags } from "./flags.ts";
import type { Io } from "./io.ts";
import { createProgress } from "./progress.ts";

/** Standard error: what is said beside the answer, as text or, with `-o json`, as one JSON value a line. */
export interface Talk {
  readonly notices: Notices;
  /** Says why there is no answer; returns the exit code. */
  readonly fail: (error: unknown, version: string) => number;
}

export function createTalk(io: Io, flags: GlobalFlags): Talk {
  const asJson = flags.output === "json";
  const color = useColor(io, flags, io.stderr);
  const progress = createProgress(io, escapeText);
  const say = (kind: "warning" | "hint", text: string): void => {
    if (flags.quiet) return;
    progress.clear();
    const label = styled(kind === "warning" ? "warn" : "dim", `${kind}: `);
    io.stderr.write(asJson ? renderJsonLine({ [kind]: text }) : renderPage([[label, text]], { color }));
  };
  return {
    notices: {
      warn: (text) => say("warning", text),
      hint: (text) => say("hint", text),
      progress: flags.quiet || asJson ? () => undefined : progress.show,
    },
    fail: (error, version) => {
      progress.clear();
      const failure = describeFailure(error, version);
      const { code, message, hint } = failure;
      const document = { error: { code, message, ...(hint === undefined ? {} : { hint }) } };
      io.stderr.write(asJson ? renderJsonLine(document) : renderPage(failureLines(failure), { color }));
      return exitCodeOf(error);
    },
  };
}

interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
  /** Where a bug is. */
  readonly stack: readonly string[];
}

function describeFailure(error: unknown, version: string): Failure {
  if (isModeltrailError(error))
    return { code: error.code, message: error.message, hint: error.hint, stack: [] };
  const thrown = error instanceof Error ? error : new Error(String(error));
  const stack = redactSecrets(thrown.stack ?? "")
    .split("\n")
    .slice(1);
  return {
    code: "BUG",
    message: redactSecrets(`${thrown.name}: ${thrown.message}`),
    hint: `This is a bug in Modeltrail, not in your registry. Please report it with these lines (modeltrail ${version}, Node ${process.versions.node}, exit code ${EXIT_BUG}).`,
    stack,
  };
}

function failureLines({ code, message, hint, stack }: Failure): readonly Line[] {
  const [first = "", ...more] = message.split("\n");
  return [
    [styled("bad", "error"), styled("dim", `[${code}]`), ": ", first],
    ...[...more, ...stack].map((line): Line => ["  ", styled("dim", line)]),
    ...(hint === undefined ? [] : [[styled("dim", "hint: "), hint]]),
  ];
}
