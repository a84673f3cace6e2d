// Bundles action/src and all that it imports into action/dist/modeltrail.mjs, the one file that the actions run, and
// gathers the licences of what is in it. With --check it writes nothing, and fails when a file is out of date.
// With --out <folder> it writes there.
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { rolldown } from "rolldown";

const folder = process.argv.includes("--out")
  ? process.argv[process.argv.indexOf("--out") + 1]
  : "action/dist";

/** The toolkit brings an HTTP client and a runner of programs, a fifth of the file, for what nobody asks of it here. */
function withoutUnasked(path) {
  if (path.endsWith("/@actions/core/lib/oidc-utils.js")) return "export const OidcClient = undefined;";
  if (path.endsWith("/@actions/core/lib/platform.js")) return "export {};";
  return null;
}

async function bundle() {
  const build = await rolldown({
    input: "action/src/main.ts",
    platform: "node",
    plugins: [{ name: "without-unasked", load: withoutUnasked }],
    logLevel: "warn",
  });
  const { output } = await build.generate({
    format: "esm",
    codeSplitting: false,
    // Names stay, so that a reviewer can follow a difference; indentation does not, since it is most of the size.
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: false } },
    comments: { legal: false, annotation: false, jsdoc: false },
  });
  await build.close();
  if (output.length !== 1) throw new Error(`one file was expected, not ${output.length}`);
  return { code: output[0].code, modules: output[0].moduleIds };
}

const byText = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

/** The folders of the packages whose code is in the bundle, from the paths of its modules. */
function packagesOf(modules) {
  const found = modules.flatMap(
    (path) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0] ?? [],
  );
  return [...new Set(found)].sort(byText);
}

async function licenceOf(path) {
  const { name, version, license } = JSON.parse(await readFile(join(path, "package.json"), "utf8"));
  const files = (await readdir(path))
    .filter((file) => /^(licen[cs]e|copying|notice)(\.|-|$)/i.test(file))
    .sort(byText);
  const texts = await Promise.all(files.map((file) => readFile(join(path, file), "utf8")));
  const text = texts.map((one) => one.replaceAll("\r\n", "\n").trim()).join("\n\n");
  return { name: `${name} ${version} (${license ?? "see below"})`, text };
}

/** Each text once, below the packages that it is for. */
function joinLicences(licences) {
  const names = new Map();
  for (const { name, text } of licences) names.set(text, [...(names.get(text) ?? []), name].sort(byText));
  const sections = [...names].map(([text, packages]) => `${packages.join("\n")}\n\n${text}`.trim());
  return `${sections.sort(byText).join(`\n\n${"-".repeat(80)}\n\n`)}\n`;
}

const { code, modules } = await bundle();
const licences = await Promise.all(packagesOf(modules).map(licenceOf));
const outputs = {
  "modeltrail.mjs": code,
  "LICENSES.txt": joinLicences(licences),
};
for (const [name, text] of Object.entries(outputs)) {
  if (text.includes(process.cwd())) throw new Error(`${name} tells where it was made`);
  const path = join(folder, name);
  const old = await readFile(path, "utf8").catch(() => "");
  if (old === text) continue;
  if (process.argv.includes("--check")) {
    process.exitCode = 1;
    console.error(`${path} is out of date: run npm run action`);
    continue;
  }
  await mkdir(folder, { recursive: true });
  await writeFile(path, text);
  console.log(`${path}: ${text.length} characters`);
}
