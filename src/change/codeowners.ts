import { type OwnerLine, parseOwnerLines, takesFrom } from "./owner-patterns.ts";
import { claimShared, type SharedClaim } from "./shared-claims.ts";

/** Who has a say in what, as the registry's files say it. */
export interface Ownership {
  /** The registry's folder: empty, or ending with `/`. */
  readonly prefix: string;
  /** Who is to own the policy, the workflows and the file itself. */
  readonly owners: readonly string[];
  readonly models: readonly {
    readonly name: string;
    readonly owners: readonly string[];
    /** By stage, whose approvals this model asks for; where the registry names some, only those among them count. */
    readonly approvers: Readonly<Record<string, readonly string[]>>;
  }[];
  /** Of the registry: whose approvals a stage asks for. */
  readonly stages: readonly { readonly name: string; readonly approvers: readonly string[] }[];
  /** The workflows of the registry, from the repository's root. */
  readonly workflows: readonly string[];
  /** Where the file lies that the lines go to. */
  readonly file: string;
  /** What it says now; undefined where there is none. */
  readonly text: string | undefined;
}

/** Where GitHub looks for code owners; the first that is there counts. */
export const CODEOWNERS_FILES: readonly string[] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];

/**
 * The lines of a registry, without its marks. The last line that matches a path counts, so they go from many to few:
 * a model's folder, the stages that ask for somebody's approval, what decides over all of them.
 */
export function renderOwnerLines(ownership: Ownership): readonly string[] {
  const { prefix, models, stages } = ownership;
  const root = rootOf(prefix);
  const modelLines = models.map((model) => lineOf(`${root}models/${model.name}/`, model.owners));
  const stageLines = stages.map(({ name, approvers }) =>
    lineOf(`${root}models/**/stages/${name}/`, approvers),
  );
  const own = models.flatMap((model) =>
    Object.entries(model.approvers).map(([stage, approvers]) => {
      const pattern = `${root}models/${model.name}/stages/${stage}/`;
      return lineOf(pattern, withinRegistry(ownership, stage, approvers).counted);
    }),
  );
  const shared = claimPaths(ownership).map(({ pattern, owners }) => lineOf(pattern, owners));
  return [...modelLines, ...stageLines, ...own, ...shared].filter((line) => line !== undefined);
}

/** Who is to own the policy, the workflows and the file, with those who own them already. */
export function claimPaths(ownership: Ownership): readonly SharedClaim[] {
  const { prefix, owners, workflows, file, text = "" } = ownership;
  const place = findBlock(text.split(/\r?\n/), prefix);
  const lines = parseOwnerLines(text);
  return claimShared({
    root: rootOf(prefix),
    owners: owners.map(toOwner).filter((owner) => owner !== undefined),
    workflows,
    file,
    above: place === undefined ? lines : lines.filter(({ number }) => number <= place.begin),
  });
}

function rootOf(prefix: string): string {
  return `/${prefix.replaceAll(" ", "\\ ")}`;
}

/**
 * A model is only ever stricter, and its line takes the place of the registry's: of the approvers that it names for a
 * stage those count whom the registry names too, all of them where it names nobody. With none left there is no line.
 */
export function withinRegistry(
  { stages }: Pick<Ownership, "stages">,
  stage: string,
  approvers: readonly string[],
): { readonly counted: readonly string[]; readonly leftOut: readonly string[] } {
  const named = stages.find(({ name }) => name === stage)?.approvers ?? [];
  if (named.length === 0) return { counted: approvers, leftOut: [] };
  const allowed = new Set(named.map((name) => toOwner(name)?.toLowerCase() ?? name));
  const counts = (name: string): boolean => allowed.has(toOwner(name)?.toLowerCase() ?? name);
  return { counted: approvers.filter(counts), leftOut: approvers.filter((name) => !counts(name)) };
}

function lineOf(pattern: string, people: readonly string[]): string | undefined {
  const owners = people.map(toOwner).filter((owner) => owner !== undefined);
  return owners.length === 0 ? undefined : `${pattern} ${[...new Set(owners)].join(" ")}`;
}

/**
 * A name as CODEOWNERS has it, `@ada` or `@acme/risk`; undefined for what is neither a login nor a team. Names of
 * people stand in manifests as anybody wrote them, and a line of this file gives rights.
 */
export function toOwner(name: string): string | undefined {
  const bare = name.trim().replace(/^@/, "");
  const isLogin = /^[A-Za-z0-9](?:[A-Za-z0-9]|-(?=[A-Za-z0-9])){0,38}(?:_[A-Za-z0-9]{1,16})?$/.test(bare);
  const isTeam = /^[A-Za-z0-9](?:[A-Za-z0-9]|-(?=[A-Za-z0-9])){0,38}\/[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/.test(
    bare,
  );
  return isLogin || isTeam ? `@${bare}` : undefined;
}

const NOTE =
  "Written by `modeltrail init --github`, which brings these lines up to date when it is run again.";

function marksOf(prefix: string): { readonly begin: string; readonly end: string } {
  const which = prefix === "" ? "" : ` ${prefix}`;
  return { begin: `# modeltrail: begin${which}`, end: `# modeltrail: end${which}` };
}

/** The lines between the marks of a registry, for what they say of owners; none when there are no marks. */
export function readOwnerLines(text: string, prefix: string): readonly string[] {
  const lines = text.split(/\r?\n/);
  const place = findBlock(lines, prefix);
  return place === undefined ? [] : lines.slice(place.begin + 1, place.end);
}

/**
 * Lines below a registry's block that give paths of it to others, or to nobody: the last match counts. None when there
 * are no marks, for a line that names some of the same owners and nobody else, and for one of another registry's block
 * that keeps all owners and adds its own.
 */
export function findLaterClaims(text: string, prefix: string): readonly OwnerLine[] {
  const place = findBlock(text.split(/\r?\n/), prefix);
  if (place === undefined) return [];
  const lines = parseOwnerLines(text);
  const ours = lines.filter(({ number }) => number > place.begin && number <= place.end);
  const shared = linesOfBlocks(text);
  const takes = (later: OwnerLine, line: OwnerLine): boolean =>
    takesFrom(line, later) && !(shared.has(later.number) && !takesFrom(later, line));
  return lines.filter((later) => later.number > place.end && ours.some((line) => takes(later, line)));
}

/** The numbers of all lines that stand in the block of some registry. */
function linesOfBlocks(text: string): ReadonlySet<number> {
  const numbers = new Set<number>();
  let isInside = false;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const [, mark] = /^\s*# modeltrail: (begin|end)(?:\s|$)/.exec(line) ?? [];
    if (mark !== undefined) isInside = mark === "begin";
    else if (isInside) numbers.add(index + 1);
  }
  return numbers;
}

/**
 * Who the file says owns a registry: those whom all lines name that are not about its models. Some of these may name
 * others besides, who had a path before. None when it does not say.
 */
export function readRegistryOwners(text: string, prefix: string): readonly string[] {
  const lines = parseOwnerLines(readOwnerLines(text, prefix).join("\n")).filter(
    ({ pattern }) => !pattern.startsWith(`${rootOf(prefix)}models/`),
  );
  const [first, ...others] = lines.map(({ owners }) => owners.filter((owner) => toOwner(owner) === owner));
  return (first ?? []).filter((owner) => others.every((owners) => owners.includes(owner)));
}

/**
 * Puts the lines of a registry between its marks, and keeps every other byte; a block that is not there yet goes to
 * the end, where it counts. Undefined when marks stand there that are no pair.
 */
export function placeOwnerLines(
  text: string | undefined,
  prefix: string,
  lines: readonly string[],
): string | undefined {
  const { begin, end } = marksOf(prefix);
  const old = text ?? "";
  const eol = old.includes("\r\n") ? "\r\n" : "\n";
  const block = [begin, `# ${NOTE}`, ...lines, end];
  const present = old.split(/\r?\n/);
  const place = findBlock(present, prefix);
  if (place === undefined) {
    if (present.some((line) => isMark(line, begin) || isMark(line, end))) return undefined;
    if (lines.length === 0) return old;
    const gap = old === "" ? "" : old.endsWith("\n") ? eol : `${eol}${eol}`;
    return `${old}${gap}${block.join(eol)}${eol}`;
  }
  const before = old.split("\n").slice(0, place.begin);
  const after = old.split("\n").slice(place.end + 1);
  return [...before, `${block.join(eol)}${eol === "\r\n" ? "\r" : ""}`, ...after].join("\n");
}

function isMark(line: string, mark: string): boolean {
  return line.trim() === mark;
}

/** Exactly one pair, in order. */
function findBlock(
  lines: readonly string[],
  prefix: string,
): { readonly begin: number; readonly end: number } | undefined {
  const marks = marksOf(prefix);
  const begins = lines.flatMap((line, index) => (isMark(line, marks.begin) ? [index] : []));
  const ends = lines.flatMap((line, index) => (isMark(line, marks.end) ? [index] : []));
  const [begin] = begins;
  const [end] = ends;
  if (begins.length !== 1 || ends.length !== 1 || begin === undefined || end === undefined) return undefined;
  return begin < end ? { begin, end } : undefined;
}
