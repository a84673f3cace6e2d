import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

/** The source as JavaScript, for processes of their own that a test may kill. */
export interface CompiledSource {
  /** The address of a module, by its path below src: `adapters/s3/open-s3-store`. */
  moduleUrl(path: string): string;
  /** Starts a script; `imports` maps a name to the module that exports it. */
  start(script: string, imports: Readonly<Record<string, string>>): Promise<ChildProcess>;
  remove(): Promise<void>;
}

/** Compiles apart from dist, which may be being built anew; below node_modules, so that packages are found. */
export async function compileSource(): Promise<CompiledSource> {
  const cache = resolve("node_modules", ".cache");
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, "modeltrail-test-"));
  const compiler = resolve("node_modules", "typescript", "bin", "tsc");
  const args = [compiler, "-p", "tsconfig.build.json", "--outDir", folder, "--declaration", "false"];
  // It writes its output also when it finds fault with types, which are another check's business.
  await promisify(execFile)(process.execPath, [...args, "--isolatedDeclarations", "false"]).catch(
    () => undefined,
  );
  const moduleUrl = (path: string): string => pathToFileURL(join(folder, `${path}.js`)).href;
  let count = 0;
  return {
    moduleUrl,
    async start(script, imports) {
      const lines = Object.entries(imports).map(
        ([name, path]) => `import { ${name} } from "${moduleUrl(path)}";`,
      );
      const file = join(folder, `script-${(count += 1)}.mjs`);
      await writeFile(file, `${lines.join("\n")}\n${script}\n`);
      return spawn(process.execPath, [file], { stdio: ["ignore", "pipe", "pipe"] });
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** All that the process prints, warnings and errors too, once it has ended by itself; rejects when it failed. */
export async function outputOf(child: ChildProcess): Promise<string> {
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const code = await new Promise<number | null>((done) => child.once("exit", done));
  if (code !== 0) throw new Error(`the child process ended with ${code}: ${text}`);
  return text;
}

/** Lets the process print its first line, and kills it that much later, unless it has ended. */
export async function killAfter(child: ChildProcess, milliseconds: number): Promise<void> {
  const gone = new Promise((done) => child.once("exit", done));
  child.stderr?.pipe(process.stderr);
  const begun = new Promise((done) => child.stdout?.once("data", done));
  await Promise.race([begun, gone]);
  const timer = setTimeout(() => child.kill("SIGKILL"), milliseconds);
  await gone;
  clearTimeout(timer);
}
