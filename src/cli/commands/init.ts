import { basename, dirname, resolve } from "node:path";
import type { Command } from "commander";
import type { Answer, Execute, Run } from "../execute.ts";
import { addGuide, COULD_NOT_TELL } from "../guide.ts";
import type { OpenedContext } from "../../composition/opened-context.ts";
import type { InitOptions, InitResult } from "../../workflows/init.ts";

interface InitFlags {
  readonly name?: string;
  readonly storage?: string;
  readonly region?: string;
  readonly endpoint?: string;
  readonly pathStyle?: boolean;
  readonly github?: string;
  readonly githubApi?: string;
  readonly owners?: string;
  readonly action?: string;
  readonly stages: string;
}

/** The options, and which of them were not left to their defaults. */
interface Wish extends InitFlags {
  readonly given: (name: keyof InitFlags) => boolean;
}

function isGiven(command: Command, name: string): boolean {
  return command.getOptionValueSource(name) === "cli";
}

/** `modeltrail init [folder]` */
export function declareInit(command: Command, execute: Execute): void {
  command
    .description(
      "Make a registry in a folder (made when missing): writes and commits modeltrail.yaml, with --github also workflows and CODEOWNERS. Runs git init where there is no repository yet. Run again, it adds what is missing and changes nothing else.",
    )
    .argument("[folder]", "where to make it (default: --registry, or the current folder)")
    .option("--name <name>", "the registry's name (default: made from the folder's)")
    .option(
      "--storage <uri>",
      "where artifacts are kept: s3://bucket/prefix/ or file:folder/ (default: beside the manifests, out of Git)",
    )
    .option("--region <region>", "the region of an S3 bucket")
    .option("--endpoint <url>", "the address of an S3-compatible store")
    .option("--path-style", "address buckets by path, as MinIO and the like want")
    .option("--github <owner/name>", "the repository on GitHub where changes become pull requests")
    .option("--github-api <url>", "the API of a GitHub Enterprise, such as https://ghe.acme.com/api/v3")
    .option("--owners <names>", "logins and teams that own policy and workflows, separated by commas")
    .option(
      "--action <owner/name@commit>",
      "where the workflows take our actions from (default: the release that this is)",
    )
    .option(
      "--stages <names>",
      "stages, separated by commas; each comes after the one before",
      "staging,production",
    );
  addGuide(command, {
    examples: [
      ["modeltrail init models", "a registry in ./models with everything on this machine"],
      [
        "modeltrail init --storage s3://acme-models/registry/ --region eu-west-1",
        "artifacts in S3, manifests in the current repository",
      ],
      [
        "modeltrail init --storage s3://acme-models/registry/ --github acme/models",
        "promotions as pull requests of acme/models, judged by its workflows",
      ],
      [
        "modeltrail init --github acme/models --owners ada,acme/platform",
        "the same for a registry that is there: adds what it lacks",
      ],
      ["modeltrail init --stages dev,staging,production", "three stages, one after the other"],
    ],
    exits: [[0, "made, or there already"], COULD_NOT_TELL],
  });
  command.action((folder: string | undefined, flags: InitFlags) =>
    execute(command, (run) => init(run, folder, { ...flags, given: (name) => isGiven(command, name) })),
  );
}

async function init(run: Run, folder: string | undefined, wish: Wish): Promise<Answer> {
  const { initRegistry } = await import("../../workflows/init.ts");
  const named = folder ?? run.flags.registry ?? ".";
  if (/^https?:\/\//i.test(named)) await refuseAddress(named);
  const target = resolve(run.io.cwd, named);
  const context = run.keep(await openTarget(run, target));
  const options = await readOptions({ target, prefix: context.prefix }, wish);
  const result = await initRegistry(context, options);
  warnIgnored(run, result, options, wish);
  return {
    document: result,
    text: async (look) => (await import("../../report/text/registration.ts")).renderInit(result, look),
  };
}

async function refuseAddress(address: string): Promise<never> {
  const { ModeltrailError } = await import("../../diagnostics/errors.ts");
  throw new ModeltrailError("USAGE", `${address} is no folder, and a registry is made in a clone`, {
    hint: "Clone the repository, run modeltrail init in it, and push.",
  });
}

/** A registry that is there stays as it is, whatever was asked for. */
function warnIgnored({ notices }: Run, result: InitResult, options: InitOptions, { given }: Wish): void {
  if (result.status === "created") return;
  const [stages, wanted] = [result.stages.join(", "), options.stages.join(", ")];
  const differs = [
    ...(given("name") && options.name !== result.name ? [`its name is ${result.name}`] : []),
    ...(given("storage") && options.storage.uri !== result.storage
      ? [`its storage is ${result.storage}`]
      : []),
    ...(given("stages") && wanted !== stages ? [`its stages are ${stages}`] : []),
  ];
  if (differs.length > 0)
    notices.warn(
      `this is a registry already, and what it says stays: ${differs.join("; ")}. Edit modeltrail.yaml.`,
    );
}

/** Node's own `recursive` never comes back where a file system refuses new folders with ENOENT, as /proc does. */
async function makeFolder(path: string): Promise<void> {
  const { mkdir, stat } = await import("node:fs/promises");
  const { ModeltrailError } = await import("../../diagnostics/errors.ts");
  try {
    await mkdir(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "EEXIST" && (await stat(path)).isDirectory()) return;
    const isParentMissing =
      code === "ENOENT" && (await stat(dirname(path)).catch(() => undefined)) === undefined;
    if (!isParentMissing) {
      const hint = "Name a folder that you may write to.";
      throw new ModeltrailError("FILE_SYSTEM", `cannot make the folder ${path} (${code ?? "unknown"})`, {
        hint,
        cause,
      });
    }
    await makeFolder(dirname(path));
    await mkdir(path);
  }
}

/** The repository around the target; a new one where there is none. */
async function openTarget({ io, notices }: Run, target: string): Promise<OpenedContext> {
  const { openContext } = await import("../../composition/open-context.ts");
  const { isModeltrailError } = await import("../../diagnostics/errors.ts");
  await makeFolder(target);
  const { env, now } = io;
  const open = (): Promise<OpenedContext> =>
    openContext({ registry: target, cwd: io.cwd, env, notices, now });
  try {
    return await open();
  } catch (error) {
    if (!isModeltrailError(error) || error.code !== "NOT_A_REPOSITORY") throw error;
    const { initRepository } = await import("../../adapters/git/open.ts");
    await (await initRepository(target, "main", { env, now })).close();
    return open();
  }
}

async function readForge(flags: InitFlags): Promise<Pick<InitOptions, "forge" | "setup">> {
  const { github, githubApi, owners, action } = flags;
  if (github !== undefined) {
    const { readRelease } = await import("../../composition/release.ts");
    return {
      forge: { github, ...(githubApi === undefined ? {} : { apiUrl: githubApi }) },
      setup: {
        action,
        release: await readRelease(),
        owners: owners === undefined ? undefined : splitNames(owners),
      },
    };
  }
  const alone = Object.entries({ "--github-api": githubApi, "--owners": owners, "--action": action }).find(
    ([, value]) => value !== undefined,
  );
  if (alone === undefined) return {};
  const { ModeltrailError } = await import("../../diagnostics/errors.ts");
  throw new ModeltrailError("USAGE", `${alone[0]} says nothing without --github`, {
    hint: "Name the repository: --github owner/name.",
  });
}

function splitNames(text: string): readonly string[] {
  return text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

interface Place {
  readonly target: string;
  /** Its folder in the repository. */
  readonly prefix: string;
}

async function readOptions({ target, prefix }: Place, flags: InitFlags): Promise<InitOptions> {
  const { EMBEDDED_STORAGE } = await import("../../workflows/init.ts");
  const {
    name = nameFrom(basename(target)),
    storage = EMBEDDED_STORAGE,
    region,
    endpoint,
    pathStyle,
  } = flags;
  const address = storage.endsWith("/") ? storage : `${storage}/`;
  return {
    name,
    otherName: flags.name === undefined && prefix !== "" ? nameFrom(prefix) : undefined,
    ...(await readForge(flags)),
    stages: splitNames(flags.stages),
    storage: {
      uri: address,
      ...(region === undefined ? {} : { region }),
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(pathStyle === true ? { forcePathStyle: true } : {}),
    },
  };
}

/** A folder's name as a name of a registry: `My Models 2` is `my-models-2`. */
function nameFrom(folder: string): string {
  const dashed = folder
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+/, "");
  return dashed.slice(0, 40).replace(/-+$/, "") || "models";
}
