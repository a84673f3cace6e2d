// The rows about the verdict on a pull request: the bundled action as a process, as a runner starts it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { costOf, openForge, renderCost } from "./no-clone.mjs";

const ACTION = fileURLToPath(new URL("../action/validate/main.mjs", import.meta.url));

export const VERDICT_ROWS = [
  verdictRow("100x10", 0, ""),
  verdictRow("5000x20", 0, "5 MB, a few s"),
  verdictRow("5000x20", 3000, "5 MB, a few s"),
].map((row) => ({ ...row, rounds: 3 }));

/** `since`: commits of other models between the registration of the version and its promotion. */
function verdictRow(size, since, atMost) {
  const depth = since === 0 ? "" : ", deep";
  return { name: `verdict, no checkout ${size}${depth}`, prepare: () => prepareVerdict(size, since, atMost) };
}

async function prepareVerdict(size, since, atMost) {
  const { world, home, promote, clone, close } = await openForge(size, since);
  const { repository, server } = world;
  const proposing = spawn(promote.command, [...promote.args, "--quiet"], {
    cwd: home,
    env: { ...process.env, ...promote.env },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const [code] = await once(proposing, "exit");
  if (code !== 0) throw new Error(`the promotion ended with ${code}`);
  server.requests.splice(0);
  let cost;
  return {
    ours: { command: process.execPath, args: [ACTION], cwd: home, env: environment(world, home) },
    references: [clone],
    reset: async () => {
      const asked = costOf(server.requests.splice(0));
      if (asked !== undefined) {
        cost = asked;
        const [last] = repository.statuses.slice(-1);
        if (last?.state !== "success") throw new Error("the verdict is no success");
      }
      repository.statuses.splice(0);
      rmSync(join(home, "clone"), { recursive: true, force: true });
    },
    note: () => renderCost(cost),
    close,
    atMost,
  };
}

function environment({ server, repository }, home) {
  const { value } = server.addAppToken("github-actions", {
    metadata: "read",
    contents: "write",
    pull_requests: "write",
    statuses: "write",
  });
  repository.roles.set("github-actions[bot]", "write");
  const file = (name, text = "") => {
    writeFileSync(join(home, name), text);
    return join(home, name);
  };
  const [pull] = repository.pulls.values();
  const repo = { id: repository.id };
  const head = { ref: pull.head.ref, sha: pull.head.sha, repo };
  const event = { action: "opened", pull_request: { number: 1, head, base: { ref: "main", repo } } };
  return {
    HOME: home,
    GITHUB_ACTIONS: "true",
    GITHUB_SERVER_URL: server.url,
    GITHUB_API_URL: server.apiUrl,
    GITHUB_REPOSITORY: "acme/models",
    GITHUB_RUN_ID: "1",
    GITHUB_EVENT_NAME: "pull_request",
    GITHUB_EVENT_PATH: file("event.json", JSON.stringify(event)),
    GITHUB_OUTPUT: file("output"),
    GITHUB_STEP_SUMMARY: file("summary.md"),
    RUNNER_TEMP: home,
    INPUT_TOKEN: value,
  };
}
