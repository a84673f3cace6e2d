// A registry on the GitHub of our tests, worked on by the built command line.
import { execFile, execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const CLI = join(ROOT, "dist/cli/bin.js");
const WIDTH = "120";

/** Our test servers as JavaScript: Node 20 runs no TypeScript. */
async function importServers() {
  const cache = join(ROOT, "node_modules/.cache");
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "modeltrail-pictures-"));
  const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
  const flags = "--ignoreConfig --noCheck --target es2023 --module nodenext --types node".split(" ");
  const layout = ["--rewriteRelativeImportExtensions", "--rootDir", ROOT, "--outDir", folder];
  const files = ["test/servers/github/world.ts", "test/servers/s3.ts"].map((file) => join(ROOT, file));
  execFileSync(process.execPath, [compiler, ...flags, ...layout, ...files]);
  const description = "test/servers/github/api.generated.json";
  copyFileSync(join(ROOT, description), join(folder, description));
  const load = (path) => import(pathToFileURL(join(folder, path)).href);
  const modules = {
    ...(await load("test/servers/github/world.js")),
    ...(await load("test/servers/s3.js")),
  };
  rmSync(folder, { recursive: true, force: true });
  return modules;
}

/** `run` types a line as Ada or Grace and returns what a terminal shows; `octokit` is Grace in the browser. */
export async function openPlace() {
  const { openWorld, startS3, TEST_CREDENTIALS } = await importServers();
  let ago = 0;
  const roles = { ada: "write", grace: "write", max: "admin" };
  const world = await openWorld({ roles, clock: () => Date.now() - ago });
  const s3 = await startS3("acme-models");
  const parent = mkdtempSync(join(tmpdir(), "modeltrail-pictures-"));
  const folder = join(parent, "models");
  const tokens = { Ada: world.token.value, Grace: world.server.addToken("grace").value };
  const environment = (who) => ({
    PATH: process.env.PATH,
    HOME: parent,
    COLUMNS: WIDTH,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_AUTHOR_NAME: who,
    GIT_AUTHOR_EMAIL: `${who.toLowerCase()}@example.com`,
    GIT_COMMITTER_NAME: who,
    GIT_COMMITTER_EMAIL: `${who.toLowerCase()}@example.com`,
    AWS_ACCESS_KEY_ID: TEST_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: TEST_CREDENTIALS.secretAccessKey,
    GITHUB_TOKEN: tokens[who],
  });

  function execute(program, args, who) {
    return new Promise((resolve) => {
      const options = { cwd: folder, env: environment(who), encoding: "utf8" };
      execFile(program, args, options, (error, out, err) =>
        resolve({
          code: error?.code ?? 0,
          text: `${err}${out}`.replaceAll(world.server.url, "https://github.com"),
        }),
      );
    });
  }

  async function run(args, { who = "Ada", exits = 0 } = {}) {
    const { code, text } = await execute(process.execPath, [CLI, ...args], who);
    if (code !== exits) throw new Error(`modeltrail ${args.join(" ")} ended with ${code}:\n${text}`);
    return text;
  }

  async function git(...args) {
    const { code, text } = await execute("git", args, "Ada");
    if (code !== 0) throw new Error(`git ${args.join(" ")}: ${text}`);
    return text;
  }

  execFileSync("git", ["clone", "--quiet", world.repository.git.folder, folder]);
  await git("remote", "set-url", "origin", world.server.gitUrl("acme/models"));
  return {
    run,
    git,
    world,
    s3,
    grace: world.as("grace"),
    /** What GitHub is told from now on happened so many hours ago. */
    hoursAgo(hours) {
      ago = hours * 3_600_000;
    },
    write(path, content) {
      mkdirSync(join(parent, path, ".."), { recursive: true });
      writeFileSync(join(parent, path), content);
      return join(parent, path);
    },
    async close() {
      await s3.close();
      await world.close();
      rmSync(parent, { recursive: true, force: true });
    },
  };
}
