// What the pictures show: a model that goes to production and is followed by a newer version, by real commands.
import { createHash } from "node:crypto";

/** Bytes that differ from version to version and are always the same. */
function modelBytes(seed, size) {
  const bytes = Buffer.alloc(size);
  let state = seed;
  for (let at = 0; at < size; at += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes.writeUInt32LE(state, at);
  }
  return bytes;
}

function sha256(text) {
  return createHash("sha256").update(text).digest("hex");
}

const FRAUD = [
  {
    version: "1.3.0",
    auc: "0.921",
    recall: "0.61",
    latency: "3.4",
    size: 2_359_296,
    data: "2026-q2",
    about: "Card payments",
  },
  {
    version: "1.4.0",
    auc: "0.934",
    recall: "0.67",
    latency: "3.6",
    size: 2_424_832,
    data: "2026-q3",
    about: "Adds device features",
  },
  {
    version: "1.4.1",
    auc: "0.935",
    recall: "0.67",
    latency: "3.6",
    size: 2_424_832,
    data: "2026-q3",
    about: "Fixes the time zone of a feature",
  },
];

/** Returns the pull requests to draw, as they were then, and what the terminal showed. */
export async function tellStory(place) {
  const { run, git, world, s3, grace, write } = place;
  const storage = ["--storage", "s3://acme-models/registry/", "--region", "eu-west-1", "--path-style"];
  const host = ["--github", "acme/models", "--github-api", world.server.apiUrl];
  await run(["init", "--name", "acme-models", ...host, ...storage, "--endpoint", s3.endpoint]);
  await git("push", "--quiet", world.repository.git.folder, "main");

  const merge = (branch) => run(["merge", branch]);
  async function register(model, { version, auc, recall, latency, size, data, about }) {
    const file = write(
      `${model}-${version}/model.onnx`,
      modelBytes(Number(version.replaceAll(".", "")), size),
    );
    const metrics = Object.entries({ auc, recall, latency_ms: latency });
    const options = {
      "--version": version,
      "--format": "onnx",
      "--dataset": `transactions=s3://acme-data/tx/${data}/@sha256:${sha256(data)}`,
      "--run": `https://mlflow.acme.example/#/experiments/7/runs/${version.replaceAll(".", "")}`,
      "--description": about,
    };
    await run([
      "register",
      model,
      file,
      "--no-code",
      ...Object.entries(options).flat(),
      ...metrics.flatMap(([name, value]) => ["--metric", `${name}@holdout-2026-10=${value}`]),
    ]);
    await merge(`register/${model}/${version}`);
  }
  async function bring(model, version, stage) {
    await run(["promote", `${model}@${version}`, "--to", stage]);
    await merge(`promote/${stage}/${model}/${version}`);
  }

  const [first, second, third] = FRAUD;
  await register("fraud-detector", first);
  await bring("fraud-detector", first.version, "staging");
  await bring("fraud-detector", first.version, "production");
  await register("fraud-detector", second);
  await bring("fraud-detector", second.version, "staging");
  await register("base-encoder", { ...first, version: "2.0.1", about: "Multilingual" });
  place.hoursAgo(50);
  await run(["promote", "base-encoder@2.0.1", "--to", "staging"], { who: "Grace" });
  place.hoursAgo(3);

  const shown = {};
  const why = "Better recall on new devices, see the run.";
  shown.promote = await run(["promote", "fraud-detector@staging", "--to", "production", "--reason", why]);
  shown.again = await run(["promote", "fraud-detector@staging", "--to", "production"]);
  const promotion = await numberOf(place, "promote/production/fraud-detector/1.4.0");
  await grace.pulls.createReview({ ...world.at, pull_number: promotion, event: "APPROVE" });
  place.hoursAgo(0);
  shown.denied = await run(["promote", "base-encoder@2.0.1", "--to", "production", "--draft"], { exits: 1 });
  shown.proposals = await run(["proposals"]);
  const pulls = {
    promotion: await pullOf(place, promotion),
    draft: await pullOf(place, await numberOf(place, "promote/production/base-encoder/2.0.1")),
  };

  await register("fraud-detector", third);
  await bring("fraud-detector", third.version, "staging");
  shown.newer = await run(["promote", "fraud-detector@1.4.1", "--to", "production"]);
  const newer = await numberOf(place, "promote/production/fraud-detector/1.4.1");
  shown.merge = await run(["merge", String(newer)]);
  const edited = await editInBrowser(place);
  shown.suggest = await run(["validate", "--pull-request", String(edited), "--suggest"], { exits: 1 });
  return {
    shown,
    pulls: {
      ...pulls,
      superseded: await pullOf(place, promotion),
      suggestion: { ...(await pullOf(place, edited)), comments: await suggestionsOf(place, edited) },
    },
  };
}

/** Grace changes one line on GitHub's page, and opens a pull request by hand. */
async function editInBrowser({ world, grace }) {
  const path = "models/fraud-detector/stages/production/stage.yaml";
  const text = world.repository.git.run(["show", `main:${path}`]).output.toString("utf8");
  const branch = "grace-patch-1";
  const title = "Back to 1.3.0";
  world.commit({
    branch,
    message: title,
    files: { [path]: text.replace('version: "1.4.1"', 'version: "1.3.0"') },
  });
  const body = "1.4.1 raises too many alarms.";
  return (await grace.pulls.create({ ...world.at, head: branch, base: "main", title, body })).data.number;
}

/** Review comments with the lines that they stand on. */
async function suggestionsOf({ world }, number) {
  const { data } = await world.octokit.pulls.listReviewComments({ ...world.at, pull_number: number });
  return data.map(({ user, body, path, line, start_line, commit_id }) => {
    const file = world.repository.git.run(["show", `${commit_id}:${path}`]).output.toString("utf8");
    const lines = file.split("\n").slice((start_line ?? line) - 1, line);
    return { author: user.login, body, path, lines };
  });
}

async function numberOf({ world }, branch) {
  const { data } = await world.octokit.pulls.list({ ...world.at, head: `acme:${branch}`, state: "all" });
  return data[0].number;
}

/** What GitHub's page shows of a pull request. */
async function pullOf({ world }, number) {
  const { data } = await world.octokit.pulls.get({ ...world.at, pull_number: number });
  const comments = await world.octokit.issues.listComments({ ...world.at, issue_number: number });
  return {
    number,
    title: data.title,
    state: data.state === "closed" ? "Closed" : data.draft ? "Draft" : "Open",
    author: data.user.login,
    base: data.base.ref,
    head: data.head.ref,
    body: data.body,
    labels: data.labels.map(({ name }) => name),
    comments: comments.data.map((comment) => ({ author: comment.user.login, body: comment.body })),
  };
}
