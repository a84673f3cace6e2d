import type { Io } from "./io.ts";

/** Shows how far long work is. */
export interface Progress {
  readonly show: (label: string, done: number, total: number) => void;
  /** Takes the bar away, so that something else can be written. */
  readonly clear: () => void;
}

const BAR = 24;
const REDRAW_MS = 100;
const LINE_EVERY_MS = 10_000;

/** A bar that redraws itself on a terminal; elsewhere a line now and then. */
export function createProgress(io: Io, render: (text: string) => string): Progress {
  return io.stderr.isTTY === true ? createBar(io, render) : createLines(io, render);
}

function createBar({ stderr, now }: Io, render: (text: string) => string): Progress {
  let shown = false;
  let last = now().getTime();
  const clear = (): void => {
    if (shown) stderr.write("\r\u001b[2K");
    shown = false;
  };
  const show = (label: string, done: number, total: number): void => {
    const at = now().getTime();
    if (done < total && at - last < REDRAW_MS) return;
    last = at;
    clear();
    if (done >= total) return;
    const filled = Math.floor((BAR * done) / total);
    const room = Math.max(8, (stderr.columns ?? 80) - BAR - 10);
    stderr.write(
      `${render(label).slice(0, room)} [${"█".repeat(filled)}${" ".repeat(BAR - filled)}] ${percent(done, total)}`,
    );
    shown = true;
  };
  return { show, clear };
}

function createLines({ stderr, now }: Io, render: (text: string) => string): Progress {
  let last = now().getTime();
  const show = (label: string, done: number, total: number): void => {
    const at = now().getTime();
    if (done >= total || at - last < LINE_EVERY_MS) return;
    last = at;
    stderr.write(`${render(label)}: ${percent(done, total)}\n`);
  };
  return { show, clear: () => undefined };
}

function percent(done: number, total: number): string {
  return `${Math.floor((100 * done) / total)} %`;
}
