// The manifests of the generated registries, written by our own writer.
import { createHash } from "node:crypto";
import { renderManifest } from "../dist/manifest/render.js";

const HEADER = { apiVersion: "modeltrail.dev/v1" };
const ANNOTATIONS = { "config.kubernetes.io/local-config": "true" };
const STORAGE = "file:.modeltrail/artifacts/";

export function registryFile(storage = { uri: STORAGE }) {
  return file("modeltrail.yaml", {
    ...HEADER,
    kind: "Registry",
    metadata: { name: "bench", annotations: ANNOTATIONS },
    spec: {
      storage,
      registration: "direct",
      stages: [{ name: "staging" }, { name: "production", after: ["staging"] }],
      deploy: { kustomize: false },
    },
  });
}

export function modelFile(model) {
  return file(`models/${model}/model.yaml`, {
    ...HEADER,
    kind: "Model",
    metadata: { name: flat(model), annotations: ANNOTATIONS },
    spec: {
      model,
      description: `Scores whatever ${model} scores`,
      owners: ["ada"],
      labels: { team: "risk" },
    },
  });
}

/** Besides path and text: the bytes that the version stands for, and their key in the storage. */
export function versionFile(model, version) {
  const content = `${model} ${version}\n`;
  const artifact = artifactOf(model, version);
  const bytes = { digest: digestOf(content), sizeBytes: Buffer.byteLength(content) };
  const manifest = file(`models/${model}/versions/${version}.yaml`, {
    ...HEADER,
    kind: "ModelVersion",
    metadata: { name: `${flat(model)}-${version}`, annotations: ANNOTATIONS },
    spec: {
      model,
      version,
      description: `Retrained on the data of week ${version.split(".")[1]}`,
      artifact: { ...artifact, sizeBytes: bytes.sizeBytes, files: [{ path: "model.onnx", ...bytes }] },
      metrics: [
        { name: "auc", value: 0.934, dataset: "holdout-2026-10" },
        { name: "recall", value: 0.812, dataset: "holdout-2026-10" },
      ],
      inputs: [{ name: "amount", type: "float32", shape: [-1, 1] }],
      outputs: [{ name: "score", type: "float32", shape: [-1] }],
      lineage: {
        code: {
          repository: "https://github.com/acme/fraud",
          commit: digestOf(content).slice(7, 47),
          dirty: false,
        },
        datasets: [{ name: "tx-2026-q3", digest: digestOf(`${content} data`) }],
      },
      createdAt: "2026-01-01T00:00:00Z",
      createdBy: "ada",
    },
  });
  return { ...manifest, artifact: { content, key: `${model}/${version}/model.onnx` } };
}

export function stageFile(model, stage, version) {
  return file(`models/${model}/stages/${stage}/stage.yaml`, {
    ...HEADER,
    kind: "ModelStage",
    metadata: {
      name: `${flat(model)}-${stage}`,
      labels: { "modeltrail.dev/model": flat(model), "modeltrail.dev/stage": stage },
      annotations: ANNOTATIONS,
    },
    spec: { model, stage, version, artifact: artifactOf(model, version) },
  });
}

function artifactOf(model, version) {
  const content = `${model} ${version}\n`;
  return {
    uri: `${STORAGE}${model}/${version}/`,
    digest: digestOf(`${digestOf(content).slice(7)}  model.onnx\n`),
    format: "onnx",
    formatVersion: "1",
    sizeBytes: String(Buffer.byteLength(content)),
  };
}

function file(path, manifest) {
  return { path, text: renderManifest(manifest) };
}

function flat(model) {
  return model.replace("/", "-");
}

function digestOf(text) {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}
