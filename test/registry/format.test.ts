import { describe, expect, it } from "vitest";
import { type FormatEvidence, recogniseFormat } from "../../src/registry/format.ts";

/** The beginning of a file, one character a byte; sizes are what the file has in all. */
function file(path: string, text: string, sizeBytes = 1_000_000): FormatEvidence {
  return { path, sizeBytes, head: Uint8Array.from(text, (character) => character.charCodeAt(0)) };
}

function formatOf(...files: readonly FormatEvidence[]): string {
  const { format, formatVersion } = recogniseFormat(files);
  return `${format} ${formatVersion}`;
}

const SKLEARN = "\x80\x04\x95\x9f\x04\0\0\0\0\0\0\x8c\x10sklearn.pipeline\x94\x8c\x08Pipeline\x94\x93\x94";
const SAFETENSORS = '\x40\0\0\0\0\0\0\0{"w":{"dtype":"F32","shape":[3,3],"data_offsets":[0,36]}}       ';
const TORCH_ZIP = "PK\x03\x04\0\0\x08\x08\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x10\0\x12\0archive/data.pklFB";
const TORCH_LEGACY = "\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.";
const ONNX = "\x08\x08\x12\x07pytorch\x1a\x032.1:\x23\n\x0c\n\x01a\x12\x01b";
const LEARNER = '{"learner":{"attributes":{},"feature_names":[]';
const LEARNER_UBJ = "{L\0\0\0\0\0\0\0\x07learner{L\0\0\0\0\0\0\0\nattributes{";

describe("by content, whatever the name", () => {
  it.each([
    ["a pickled scikit-learn pipeline", SKLEARN, "sklearn 1"],
    ["one of protocol 2", "\x80\x02csklearn.pipeline\nPipeline\nq\0)\x81q\x01}", "sklearn 1"],
    [
      "xgboost's wrapper for scikit-learn",
      "\x80\x04\x95\0\0\0\0\0\0\0\0\x8c\x0fxgboost.sklearn\x94\x8c\x0dXGBClassifier",
      "xgboost 2",
    ],
    [
      "LightGBM's wrapper",
      "\x80\x04\x95\0\0\0\0\0\0\0\0\x8c\x10lightgbm.sklearn\x94\x8c\x0eLGBMClassifier",
      "lightgbm 4",
    ],
    [
      "a pickled module of torch",
      "\x80\x04\x95\0\0\0\0\0\0\0\0\x8c\x18torch.nn.modules.linear\x94\x8c\x06Linear",
      "pytorch 1",
    ],
    ["xgboost as JSON", LEARNER, "xgboost 2"],
    ["xgboost as JSON, written by hand", '{\n  "learner" : {', "xgboost 2"],
    ["xgboost as UBJSON", LEARNER_UBJ, "xgboost 2"],
    ["xgboost of old", "binf\0\0\0?", "xgboost 2"],
    ["LightGBM 4's text", "tree\nversion=v4\nnum_class=1\n", "lightgbm 4"],
    ["LightGBM 3's text", "tree\nversion=v3\nnum_class=1\n", "lightgbm 3"],
    ["ONNX", ONNX, "onnx 1"],
    ["ONNX without a producer", "\x08\x0d:\x2d\n\x0b\n\x01a", "onnx 1"],
    ["safetensors", SAFETENSORS, "safetensors 1"],
    ["GGUF 3", "GGUF\x03\0\0\0\x01\0\0\0\0\0\0\0", "gguf 3"],
    ["GGUF 2 of a big-endian machine", "GGUF\0\0\0\x02\0\0\0\0\0\0\0\x01", "gguf 2"],
    ["a checkpoint of torch", TORCH_ZIP, "pytorch 1"],
    [
      "TorchScript",
      `PK\x03\x04${"\0".repeat(26)}model/code/__torch__.py PK\x03\x04 model/constants.pkl`,
      "pytorch 1",
    ],
    ["a checkpoint of old torch", TORCH_LEGACY, "pytorch 1"],
    ["Keras 3", `PK\x03\x04${"\0".repeat(26)}metadata.json{"keras_version": "3.4"}`, "keras 1"],
    ["Keras in HDF5", "\x89HDF\r\n\x1a\n\0\0\0keras_version", "keras 1"],
    ["HDF5 of another kind", "\x89HDF\r\n\x1a\n\0\0\0", "custom 1"],
    ["a pickle of unknown origin", "\x80\x04\x95\0\0\0\0\0\0\0\0}\x94\x8c\x01a\x94K\x01s.", "custom 1"],
    [
      "a pickle that only speaks of scikit-learn",
      "\x80\x04\x95\0\0\0\0\0\0\0\0\x8c\x11we use sklearn now\x94.",
      "custom 1",
    ],
    ["CatBoost", "CBM1\0\0\0\0", "custom 1"],
    ["NumPy", "\x93NUMPY\x01\0v\0{'descr'", "custom 1"],
    ["TensorFlow Lite", "\x20\0\0\0TFL3\0\0", "custom 1"],
    ["JSON", '{"a": 1}', "custom 1"],
    ["text", "hello\n", "custom 1"],
    ["nothing", "", "custom 1"],
    ["a ZIP archive", `PK\x03\x04${"\0".repeat(26)}readme.txt`, "custom 1"],
  ])("%s", (_, text, expected) => {
    expect(formatOf(file("some.file", text))).toBe(expected);
    expect(formatOf(file("folder/noname", text))).toBe(expected);
  });
});

describe("by name, where the content says nothing", () => {
  it.each([
    ["model.onnx", "onnx 1"],
    ["model.pt", "pytorch 1"],
    ["model.PTH", "pytorch 1"],
    ["pytorch_model-00001-of-00002.bin", "pytorch 1"],
    ["model.keras", "keras 1"],
    ["model.bst", "xgboost 2"],
    ["model.model", "xgboost 2"],
    ["model.joblib", "sklearn 1"],
    ["model.bin", "custom 1"],
    ["model.json", "custom 1"],
    ["model.gguf", "custom 1"],
    ["model.safetensors", "custom 1"],
  ])("%s", (name, expected) => {
    expect(formatOf(file(name, "\x01\x02\x03"))).toBe(expected);
  });

  it("but not against it", () => {
    expect(formatOf(file("model.pt", SAFETENSORS))).toBe("safetensors 1");
    expect(formatOf(file("model.joblib", "\x80\x04\x95\0\0\0\0\0\0\0\0\x8c\x0fxgboost.sklearn\x94"))).toBe(
      "xgboost 2",
    );
    expect(formatOf(file("model.onnx", "\x93NUMPY\x01\0"))).toBe("custom 1");
    expect(formatOf(file("tokenizer.model", "\n\x0e\n\x05<unk>"))).toBe("custom 1");
    expect(formatOf(file("cut.safetensors", SAFETENSORS, 20))).toBe("custom 1");
  });
});

describe("a folder", () => {
  it("of MLflow, with any model in it", () => {
    const marker = file("MLmodel", "artifact_path: model\nflavors:\n  sklearn:\n");
    expect(formatOf(file("model.pkl", SKLEARN), marker, file("conda.yaml", "name: x\n"))).toBe("mlflow 2");
  });

  it("of TensorFlow, also with its number", () => {
    const savedModel = "\x08\x01\x12\xc1\x02\n\x80";
    expect(formatOf(file("saved_model.pb", savedModel), file("variables/variables.index", "\0"))).toBe(
      "tensorflow 2",
    );
    expect(formatOf(file("1/saved_model.pb", savedModel))).toBe("tensorflow 2");
  });

  it("of shards, beside a tokenizer and the optimizer's state", () => {
    const found = formatOf(
      file("config.json", "{}"),
      file("model-00001-of-00002.safetensors", SAFETENSORS),
      file("model-00002-of-00002.safetensors", SAFETENSORS),
      file("model.safetensors.index.json", '{"weight_map": {}}'),
      file("optimizer.pt", TORCH_ZIP),
      file("tokenizer.model", "\n\x0e\n\x05<unk>"),
      file("training_args.bin", TORCH_ZIP),
    );
    expect(found).toBe("safetensors 1");
  });

  it("of nothing known, or nothing", () => {
    expect(formatOf(file("a.txt", "x"), file("b.csv", "1,2"))).toBe("custom 1");
    expect(formatOf()).toBe("custom 1");
  });
});
