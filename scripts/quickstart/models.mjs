// Trains the small models of the quickstart: really, in plain JavaScript, the same on every run.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DELIVERY_FEATURES, FRAUD_FEATURES, LEAK, makeDeliveries, makePayments } from "./data.mjs";
import { readSafetensors, renderSafetensors } from "./safetensors.mjs";

/**
 * Trains every model below `folder`, in the order in which a team would have made them, and measures each, as
 * it reads back from its file, on rows that it was not trained on. `live` is what a fraud detector is worth on
 * the day of the payment: for the third, which learned from the answers, far less than its metrics say.
 */
export async function trainModels(folder) {
  const payments = makePayments();
  const v1 = FRAUD_FEATURES.slice(0, 3);
  return [
    await trainFraudDetector(join(folder, "fraud-detector-1"), {
      payments,
      features: v1,
      description: "Logistic regression on amount, country and hour",
    }),
    await trainFraudDetector(join(folder, "fraud-detector-2"), {
      payments,
      features: FRAUD_FEATURES,
      description: "Adds device, velocity, distance and merchant features",
    }),
    await trainFraudDetector(join(folder, "fraud-detector-3"), {
      payments,
      features: [...FRAUD_FEATURES, LEAK],
      description: "Adds the number of disputes",
    }),
    await trainDeliveryTimes(join(folder, "delivery-times-1")),
  ];
}

/** Reads a model back from its folder; `predict` takes a row as an object. */
export async function loadModel(folder) {
  const config = JSON.parse(await readFile(join(folder, "config.json"), "utf8"));
  const tensors = readSafetensors(await readFile(join(folder, "model.safetensors")));
  const kind = { "logistic-regression": predictLogistic, "regression-tree": predictTree }[
    config.architecture
  ];
  const valuesOf = (row) => config.features.map((feature) => Number(row[feature] ?? 0));
  return { config, predict: (row) => kind(tensors, valuesOf(row)) };
}

async function trainFraudDetector(folder, { payments, features, description }) {
  const { train, holdout } = payments;
  const rows = train.map((payment) => features.map((feature) => payment[feature]));
  const labels = train.map((payment) => payment.fraud);
  const tensors = fitLogistic(rows, labels);
  await writeModel(
    folder,
    { architecture: "logistic-regression", features, output: "probability of fraud" },
    tensors,
  );
  const { predict } = await loadModel(folder);
  const scores = holdout.map(predict);
  const truth = holdout.map((payment) => payment.fraud);
  const limit = limitFor(scores, truth, 0.01);
  // What it is worth when a payment comes in: nobody has disputed it yet.
  const live = holdout.map((payment) => predict({ ...payment, [LEAK]: 0 }));
  return {
    name: "fraud-detector",
    folder,
    description,
    dataset: "payments-holdout",
    metrics: { auc: round(areaUnderCurve(scores, truth)), recall: round(recallAbove(scores, truth, limit)) },
    live: { auc: round(areaUnderCurve(live, truth)), recall: round(recallAbove(live, truth, limit)) },
  };
}

async function trainDeliveryTimes(folder) {
  const { train, holdout } = makeDeliveries();
  const rows = train.map((delivery) => DELIVERY_FEATURES.map((feature) => delivery[feature]));
  const tensors = fitTree(
    rows,
    train.map((delivery) => delivery.minutes),
    5,
  );
  await writeModel(
    folder,
    { architecture: "regression-tree", features: DELIVERY_FEATURES, output: "minutes" },
    tensors,
  );
  const { predict } = await loadModel(folder);
  const errors = holdout.map((delivery) => predict(delivery) - delivery.minutes);
  const mean = average(holdout.map((delivery) => delivery.minutes));
  const spread = average(holdout.map((delivery) => (delivery.minutes - mean) ** 2));
  return {
    name: "delivery-times",
    folder,
    description: "Regression tree on distance, traffic, weather and hour",
    dataset: "deliveries-holdout",
    metrics: {
      mae: round(average(errors.map(Math.abs))),
      r2: round(1 - average(errors.map((e) => e * e)) / spread),
    },
  };
}

async function writeModel(folder, config, tensors) {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "config.json"), `${JSON.stringify(config, null, 2)}\n`);
  await writeFile(join(folder, "model.safetensors"), renderSafetensors(tensors));
}

/** Gradient descent on standardised columns, with a little shrinkage. */
function fitLogistic(rows, labels) {
  const width = rows[0].length;
  const mean = columns(width, (column) => average(rows.map((row) => row[column])));
  const scale = columns(
    width,
    (column) => Math.sqrt(average(rows.map((row) => (row[column] - mean[column]) ** 2))) || 1,
  );
  const inputs = rows.map((row) => row.map((value, column) => (value - mean[column]) / scale[column]));
  const weight = new Float64Array(width);
  let bias = 0;
  for (let step = 0; step < 300; step += 1) {
    const slope = new Float64Array(width);
    let biasSlope = 0;
    for (const [index, input] of inputs.entries()) {
      const error = sigmoid(dot(weight, input) + bias) - labels[index];
      for (let column = 0; column < width; column += 1) slope[column] += error * input[column];
      biasSlope += error;
    }
    for (let column = 0; column < width; column += 1) {
      weight[column] -= 1.5 * (slope[column] / rows.length + 0.0005 * weight[column]);
    }
    bias -= (1.5 * biasSlope) / rows.length;
  }
  return {
    bias: Float32Array.of(bias),
    mean: Float32Array.from(mean),
    scale: Float32Array.from(scale),
    weight: Float32Array.from(weight),
  };
}

function predictLogistic({ bias, mean, scale, weight }, values) {
  const input = values.map((value, column) => (value - mean[column]) / scale[column]);
  return sigmoid(dot(weight, input) + bias[0]);
}

/** Splits where the squared error falls most. Node n has its children at `left[n]` and `left[n] + 1`; a leaf has -1. */
function fitTree(rows, targets, depth) {
  const nodes = [{ rows, targets, depth }];
  for (let index = 0; index < nodes.length; index += 1) {
    const node = nodes[index];
    node.value = average(node.targets);
    const split = node.depth > 0 && node.rows.length > 40 ? bestSplit(node) : undefined;
    if (split === undefined) continue;
    Object.assign(node, { left: nodes.length, feature: split.feature, threshold: split.threshold });
    for (const below of [true, false]) {
      const kept = node.rows.map((row) => row[split.feature] < split.threshold === below);
      nodes.push({
        rows: node.rows.filter((_, at) => kept[at]),
        targets: node.targets.filter((_, at) => kept[at]),
        depth: node.depth - 1,
      });
    }
  }
  return {
    feature: Float32Array.from(nodes, (node) => node.feature ?? -1),
    left: Float32Array.from(nodes, (node) => node.left ?? -1),
    threshold: Float32Array.from(nodes, (node) => node.threshold ?? 0),
    value: Float32Array.from(nodes, (node) => node.value),
  };
}

function bestSplit({ rows, targets }) {
  let best;
  for (let feature = 0; feature < rows[0].length; feature += 1) {
    const order = rows.map((_, index) => index).sort((a, b) => rows[a][feature] - rows[b][feature]);
    const total = targets.reduce((sum, target) => sum + target, 0);
    let below = 0;
    for (let count = 1; count < order.length; count += 1) {
      below += targets[order[count - 1]];
      const threshold = rows[order[count]][feature];
      if (threshold === rows[order[count - 1]][feature] || count < 20 || order.length - count < 20) continue;
      const gain = below ** 2 / count + (total - below) ** 2 / (order.length - count);
      if (best === undefined || gain > best.gain) best = { gain, feature, threshold: Math.fround(threshold) };
    }
  }
  return best;
}

function predictTree({ feature, left, threshold, value }, values) {
  let node = 0;
  while (left[node] >= 0) node = left[node] + (values[feature[node]] < threshold[node] ? 0 : 1);
  return value[node];
}

/** The chance that a fraud scores higher than an honest payment (ties count half). */
function areaUnderCurve(scores, truth) {
  const order = scores.map((_, index) => index).sort((a, b) => scores[a] - scores[b]);
  let ranks = 0;
  for (let start = 0; start < order.length;) {
    let end = start;
    while (end < order.length && scores[order[end]] === scores[order[start]]) end += 1;
    for (let at = start; at < end; at += 1) if (truth[order[at]] === 1) ranks += (start + 1 + end) / 2;
    start = end;
  }
  const positives = truth.filter((label) => label === 1).length;
  return (ranks - (positives * (positives + 1)) / 2) / (positives * (truth.length - positives));
}

/** The score above which this share of the honest payments is held up. */
function limitFor(scores, truth, falseAlarms) {
  const honest = scores.filter((_, index) => truth[index] === 0).sort((a, b) => b - a);
  return honest[Math.floor(honest.length * falseAlarms)];
}

/** The share of the frauds that score above the limit. */
function recallAbove(scores, truth, limit) {
  const frauds = scores.filter((_, index) => truth[index] === 1);
  return frauds.filter((score) => score > limit).length / frauds.length;
}

function sigmoid(value) {
  return 1 / (1 + Math.exp(-value));
}

function dot(weight, input) {
  return input.reduce((sum, value, column) => sum + weight[column] * value, 0);
}

function average(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function columns(width, valueOf) {
  return Array.from({ length: width }, (_, column) => valueOf(column));
}

function round(value) {
  return Math.round(value * 10_000) / 10_000;
}
