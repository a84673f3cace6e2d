// Started from a Git hook, the variables of that repository would send every test's git there.
const KEPT = new Set(["GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_GLOBAL", "GIT_TERMINAL_PROMPT"]);

for (const name of Object.keys(process.env)) {
  if (name.startsWith("GIT_") && !KEPT.has(name)) delete process.env[name];
}
