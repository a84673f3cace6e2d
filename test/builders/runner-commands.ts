/**
 * What a runner takes for a command in the output of a step, by its own rules: `::name …::data` at the start of a
 * line, white space before it aside, and the older `##[name …]data` anywhere in a line.
 */

export interface RunnerCommand {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

const REGISTERED = new Set(
  `add-mask add-matcher remove-matcher add-path set-env set-output save-state debug warning error notice group
   endgroup echo stop-commands internal-set-repo-path`.split(/\s+/),
);

/** The commands in all that a step printed, in order. */
export function commandsIn(output: string): readonly RunnerCommand[] {
  return output.split(/\r\n|\r|\n/).flatMap((line) => parseNew(line) ?? parseOld(line) ?? []);
}

function parseNew(line: string): RunnerCommand | undefined {
  // What .NET trims, which is a little more than JavaScript does.
  const text = line.replace(/^[\s\u0085\u180e\u200b]+/, "");
  const end = text.startsWith("::") ? text.indexOf("::", 2) : -1;
  if (end < 0) return undefined;
  return toCommand(text.slice(2, end), text.slice(end + 2), ",");
}

function parseOld(line: string): RunnerCommand | undefined {
  const start = line.indexOf("##[");
  const end = start < 0 ? -1 : line.indexOf("]", start);
  return end < 0 ? undefined : toCommand(line.slice(start + 3, end), line.slice(end + 1), ";");
}

function toCommand(info: string, data: string, separator: string): RunnerCommand | undefined {
  const [name = "", ...rest] = info.split(" ");
  // Case does not matter to it.
  if (!REGISTERED.has(name.toLowerCase())) return undefined;
  const pairs = rest.join(" ").trim().split(separator);
  const properties = pairs.flatMap((pair) => {
    const at = pair.indexOf("=");
    return at <= 0 ? [] : [[pair.slice(0, at), unescape(pair.slice(at + 1))] as const];
  });
  return { name: name.toLowerCase(), properties: Object.fromEntries(properties), data: unescape(data) };
}

function unescape(text: string): string {
  return text
    .replaceAll("%0D", "\r")
    .replaceAll("%0A", "\n")
    .replaceAll("%3A", ":")
    .replaceAll("%2C", ",")
    .replaceAll("%25", "%");
}
