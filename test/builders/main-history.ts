import { execFileSync } from "node:child_process";
import { aModel, aRegistry, aStage, aVersion, aYank, textOf } from "./manifests.ts";
import type { Manifest, ModelVersion } from "../../src/manifest/types.generated.ts";

/** Numbers from 0 to 1 that are the same for the same seed. */
export type Random = () => number;

export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function pick<T>(random: Random, list: readonly T[]): T {
  const item = list[Math.floor(random() * list.length)];
  if (item === undefined) throw new Error("nothing to pick from");
  return item;
}

type Edit = readonly [path: string, text: string | null];
type State = Map<string, string>;

/** A commit to be of the main branch. */
interface Plan {
  readonly edits: readonly Edit[];
  readonly subject: string;
  /** How it comes: by itself, or by a merge of a branch with this many commits. */
  readonly merged: number;
}

export interface MainHistoryOptions {
  readonly commits: number;
  readonly seed: number;
  /** In front of every path of the registry. */
  readonly prefix?: string;
  /** How often somebody goes around the gates. */
  readonly wild?: number;
  readonly models?: number;
}

/**
 * Writes a main branch of a registry into a bare repository: merges, squashes and rebases, direct pushes, reverts,
 * several models at once, there and back again, files renamed and removed, and what goes around the gates. Returns its
 * first-parent commits, oldest first.
 */
export function writeMainHistory(bare: string, options: MainHistoryOptions): readonly string[] {
  const random = seeded(options.seed);
  const world = new World(random, options);
  const lines: (string | Buffer)[] = [];
  let seconds = 1_700_000_000;
  let mark = 0;
  let tip = 0;
  const commit = (
    branch: string,
    from: readonly number[],
    subject: string,
    edits: readonly Edit[],
  ): number => {
    // Clocks go wrong: a commit may be older than the one before it.
    seconds += random() < 0.05 ? -500 : Math.floor(random() * 4000);
    mark += 1;
    const person = pick(random, [
      "Ada <ada@example.com>",
      "Grace <grace@example.com>",
      "Zoë Ö <zoe@example.com>",
    ]);
    const [first, ...others] = from;
    lines.push(`commit ${branch}\nmark :${mark}\n`);
    lines.push(`author ${person} ${seconds - 60} +0130\ncommitter ${person} ${seconds} -0800\n`);
    lines.push(data(subject));
    if (first !== undefined && first > 0) lines.push(`from :${first}\n`);
    for (const other of others) lines.push(`merge :${other}\n`);
    for (const [path, text] of edits) {
      if (text === null) lines.push(`D ${path}\n`);
      else lines.push(`M 100644 inline ${path}\n`, data(text));
    }
    lines.push("\n");
    return mark;
  };
  const main: number[] = [];
  for (let index = 0; index < options.commits; index += 1) {
    const { edits, subject, merged } = world.next();
    const rooted = edits.map(([path, text]) => [`${options.prefix ?? ""}${path}`, text] as const);
    let side = tip;
    const beside = tip > 0 ? merged : 0;
    for (let at = 0; at < beside; at += 1)
      side = commit(`refs/side/${index}`, [side], `${subject} (${at + 1})`, at + 1 === merged ? rooted : []);
    const parents = tip === 0 ? [] : side === tip ? [tip] : [tip, side];
    tip = commit("refs/heads/main", parents, subject, rooted);
    main.push(tip);
  }
  const stream = Buffer.concat(lines.map((line) => (typeof line === "string" ? Buffer.from(line) : line)));
  execFileSync("git", ["-C", bare, "fast-import", "--quiet", "--force"], { input: stream });
  const oids = execFileSync("git", ["-C", bare, "rev-list", "--first-parent", "--reverse", "main"], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  return oids.trim().split("\n");
}

function data(text: string): Buffer {
  const bytes = Buffer.from(text, "utf8");
  return Buffer.concat([Buffer.from(`data ${bytes.length}\n`), bytes, Buffer.from("\n")]);
}

const STAGES = ["staging", "production"] as const;

class World {
  readonly #random: Random;
  readonly #wild: number;
  readonly #names: readonly string[];
  #state: State = new Map();
  #before: State = new Map();
  #versions = new Map<string, ModelVersion[]>();
  #held = new Map<string, string>();
  #queue: Plan[] = [];
  #count = 0;

  constructor(random: Random, { wild = 0.12, models = 5 }: MainHistoryOptions) {
    this.#random = random;
    this.#wild = wild;
    this.#names = Array.from({ length: models }, (_, at) => (at % 3 === 2 ? `team/m${at}` : `model-${at}`));
  }

  next(): Plan {
    const plan = this.#count === 0 ? this.#begin() : (this.#queue.shift() ?? this.#invent());
    this.#count += 1;
    this.#before = new Map(this.#state);
    for (const [path, text] of plan.edits) {
      if (text === null) this.#state.delete(path);
      else this.#state.set(path, text);
    }
    return plan;
  }

  #begin(): Plan {
    const stages = [{ name: "staging" }, { name: "production", after: ["staging"] }];
    return { edits: [["modeltrail.yaml", textOf(aRegistry(stages))]], subject: "Begin", merged: 0 };
  }

  #invent(): Plan {
    const random = this.#random;
    const several = random() < 0.1 ? 3 : 1;
    const merged = random() < 0.6 ? 1 + Math.floor(random() * 2) : 0;
    const edits = new Map<string, string | null>();
    for (let at = 0; at < several; at += 1)
      for (const [path, text] of random() < this.#wild ? this.#bypass() : this.#regular())
        edits.set(path, text);
    // A file that is not there cannot be removed, and one that stays is no change.
    const real = [...edits].filter(([path, text]) => (this.#state.get(path) ?? null) !== text);
    if (real.length === 0) return this.#note();
    return { edits: real, subject: `Change ${this.#count}`, merged };
  }

  #regular(): readonly Edit[] {
    const random = this.#random;
    const model = pick(random, this.#names);
    const versions = this.#versions.get(model) ?? [];
    if (versions.length === 0 || random() < 0.3) return this.#register(model, versions);
    const stage = pick(random, STAGES);
    const held = this.#held.get(`${model} ${stage}`);
    const roll = random();
    if (roll < 0.55) return this.#move(model, stage, pick(random, versions));
    if (roll < 0.65 && held !== undefined) return this.#thereAndBack(model, stage, versions);
    if (roll < 0.72) return [this.#put(`models/${model}/README.md`, `# ${model}\n\n${this.#count}\n`)];
    if (roll < 0.8)
      return [this.#put(`models/${model}/model.yaml`, aModel(model, { description: `${this.#count}` }))];
    if (roll < 0.86 && held !== undefined) {
      this.#held.delete(`${model} ${stage}`);
      return [[`models/${model}/stages/${stage}/stage.yaml`, null]];
    }
    if (roll < 0.92) {
      const { version } = pick(random, versions).spec;
      return [this.#put(`models/${model}/yanked/${version}.yaml`, aYank(model, version))];
    }
    return this.#revert();
  }

  #register(model: string, versions: ModelVersion[]): readonly Edit[] {
    const version = aVersion(model, `1.${versions.length}.0`);
    this.#versions.set(model, [...versions, version]);
    const path = `models/${model}/versions/${version.spec.version}.yaml`;
    const own = this.#state.has(`models/${model}/model.yaml`)
      ? []
      : [this.#put(`models/${model}/model.yaml`, aModel(model))];
    return [this.#put(path, version), ...own];
  }

  #move(model: string, stage: string, version: ModelVersion): readonly Edit[] {
    this.#held.set(`${model} ${stage}`, version.spec.version);
    return [this.#put(`models/${model}/stages/${stage}/stage.yaml`, aStage(stage, version))];
  }

  /** Three commits of one push. */
  #thereAndBack(model: string, stage: string, versions: readonly ModelVersion[]): readonly Edit[] {
    const path = `models/${model}/stages/${stage}/stage.yaml`;
    const now = this.#state.get(path) ?? null;
    const other = textOf(aStage(stage, pick(this.#random, versions)));
    if (other === now) return [];
    this.#queue.push({ edits: [[path, now]], subject: "And back", merged: 0 });
    return [[path, other]];
  }

  #revert(): readonly Edit[] {
    const paths = new Set([...this.#before.keys(), ...this.#state.keys()]);
    return [...paths].flatMap((path) => {
      const was = this.#before.get(path) ?? null;
      const changed = was !== (this.#state.get(path) ?? null) && path !== "modeltrail.yaml";
      return changed ? [[path, was] as const] : [];
    });
  }

  /** What no gate lets through, and what lies beside the registry's files. */
  #bypass(): readonly Edit[] {
    const random = this.#random;
    const model = pick(random, this.#names);
    const folder = `models/${model}`;
    const own = [...this.#state.keys()].filter((path) => path.startsWith(`${folder}/`));
    const text = `anything ${this.#count}\u202e\n`;
    const choices: (() => readonly Edit[])[] = [
      () => [[`${folder}/stages/production/stage.yaml`, text]],
      () => [[`${folder}/versions/notes-${this.#count}.txt`, text]],
      () => [[`${folder}/deploy/production/x.yaml`, text]],
      () => [[`${folder}/picture.svg`, text]],
      () => [[`models/Bad Name/model.yaml`, text]],
      () =>
        own
          .filter((path) => path.includes("/versions/"))
          .slice(0, 1)
          .map((path) => [path, `${this.#state.get(path) ?? ""}# x\n`]),
      () =>
        own
          .filter((path) => path.includes("/versions/"))
          .slice(-1)
          .map((path) => [path, null]),
      () => own.filter((path) => path.includes("/yanked/")).map((path) => [path, null]),
      () => own.map((path) => [path, null]),
      () =>
        own.flatMap((path): Edit[] => [
          [path, null],
          [path.replace(folder, `${folder}-renamed`), this.#state.get(path) ?? ""],
        ]),
      () => [
        [
          "modeltrail.yaml",
          random() < 0.3 ? text : textOf(aRegistry([{ name: "staging" }, { name: "production" }])),
        ],
      ],
    ];
    return pick(random, choices)();
  }

  #note(): Plan {
    return { edits: [["notes.txt", `${this.#count}\n`]], subject: "A note", merged: 0 };
  }

  #put(path: string, content: string | Manifest): Edit {
    return [path, textOf(content)];
  }
}
