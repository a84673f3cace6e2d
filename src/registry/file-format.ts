/** The formats that are told apart, the one that speaks for a whole folder first. */
export const FORMATS = [
  "mlflow",
  "tensorflow",
  "safetensors",
  "gguf",
  "onnx",
  "keras",
  "pytorch",
  "lightgbm",
  "xgboost",
  "sklearn",
] as const;

export type KnownFormat = (typeof FORMATS)[number];

/** One file of a model, as far as its format can be told from it. */
export interface FormatEvidence {
  /** Relative path, with `/`. */
  readonly path: string;
  readonly sizeBytes: number;
  /** The first FORMAT_HEAD_BYTES of the file, or fewer. */
  readonly head: Uint8Array;
}

export interface FileFormat {
  readonly format: KnownFormat;
  /** Only where the file itself says it. */
  readonly formatVersion?: string;
}

interface Content extends FormatEvidence {
  readonly name: string;
  /** The head, one character a byte. */
  readonly text: string;
}

/** What one file is: by what it holds, and by its name only where that says nothing. */
export function recogniseFile(file: FormatEvidence): FileFormat | undefined {
  const name = file.path.slice(file.path.lastIndexOf("/") + 1);
  const content = { ...file, name, text: latin1(file.head) };
  for (const recognise of RECOGNISERS) {
    const found = recognise(content);
    if (found !== undefined) return found === "other" ? undefined : found;
  }
  return byName(name, content);
}

/** `other`: certainly none of ours, whatever its name says. */
type Recogniser = (content: Content) => FileFormat | "other" | undefined;

const RECOGNISERS: readonly Recogniser[] = [
  markerFile,
  gguf,
  safetensors,
  zip,
  hdf5,
  lightgbmText,
  xgboostModel,
  pickle,
  otherMagic,
  onnx,
];

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 4096)
    text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return text;
}

function markerFile({ name, text }: Content): FileFormat | undefined {
  if (name === "MLmodel" && /^(artifact_path|flavors|model_uuid|run_id|time_created|utc_time)/m.test(text)) {
    return { format: "mlflow" };
  }
  return name === "saved_model.pb" || name === "saved_model.pbtxt" ? { format: "tensorflow" } : undefined;
}

function gguf({ text, head }: Content): FileFormat | undefined {
  if (!text.startsWith("GGUF") || head.length < 8) return undefined;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  // Files for big-endian machines turn the number round.
  const version = Math.min(view.getUint32(4, true), view.getUint32(4, false));
  return { format: "gguf", formatVersion: String(version) };
}

function safetensors({ head, sizeBytes }: Content): FileFormat | undefined {
  if (head.length < 10 || head[8] !== 0x7b) return undefined;
  const length = new DataView(head.buffer, head.byteOffset, head.byteLength).getBigUint64(0, true);
  const fits = length >= 2n && length <= 100_000_000n && length + 8n <= BigInt(sizeBytes);
  return fits ? { format: "safetensors" } : undefined;
}

function zip({ text }: Content): FileFormat | "other" | undefined {
  if (!text.startsWith("PK\x03\x04")) return undefined;
  if (/\/(data|constants)\.pkl|MAR-INF\/MANIFEST\.json/.test(text)) return { format: "pytorch" };
  if (/(metadata|config)\.json/.test(text) && /keras/.test(text)) return { format: "keras" };
  return undefined;
}

function hdf5({ text, name }: Content): FileFormat | "other" | undefined {
  if (!text.startsWith("\x89HDF\r\n\x1a\n")) return undefined;
  const keras = /keras|layer_names|model_weights|model_config/.test(text) || /\.(h5|hdf5|keras)$/i.test(name);
  return keras ? { format: "keras" } : "other";
}

function lightgbmText({ text }: Content): FileFormat | undefined {
  const version = /^tree\r?\n(?:[^\n]*\n)?version=v(\d{1,3})\r?\n/.exec(text)?.[1];
  return version === undefined ? undefined : { format: "lightgbm", formatVersion: version };
}

function xgboostModel({ text }: Content): FileFormat | undefined {
  if (/^(binf|bs64)/.test(text)) return { format: "xgboost" };
  if (!text.startsWith("{")) return undefined;
  const json = /^\{\s*"(learner|version)"\s*:/.test(text) && /"learner"/.test(text);
  // Universal Binary JSON: a length stands before the name of each field.
  const binary = /^\{L\0{7}\x07(learner|version)|^\{[ilIU]\0*\x07(learner|version)/.test(text);
  return json || binary ? { format: "xgboost" } : undefined;
}

const TORCH_LEGACY = "\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.";

const MODULES: Readonly<Record<string, KnownFormat>> = {
  sklearn: "sklearn",
  xgboost: "xgboost",
  lightgbm: "lightgbm",
  torch: "pytorch",
  keras: "keras",
};

/** A pickle is never loaded: the first library whose modules it names made it. */
function pickle({ text, name }: Content): FileFormat | "other" | undefined {
  if (text.startsWith(TORCH_LEGACY)) return { format: "pytorch" };
  const binary = /^\x80[\x01-\x05]/.test(text);
  const textual = /^[c(]/.test(text) && /\.(pkl|pickle|joblib)$/i.test(name);
  if (!binary && !textual) return undefined;
  const module = /(?<![\w.])c?(sklearn|xgboost|lightgbm|torch|keras)(?=[.\n\x8c\x94])/.exec(text)?.[1];
  const format = module === undefined ? undefined : MODULES[module];
  if (format !== undefined) return { format };
  return /\.(pt|pth|ckpt)$/i.test(name) ? { format: "pytorch" } : "other";
}

/** CatBoost, TensorFlow Lite, NumPy, Parquet: formats of their own that runtimes know under no common name. */
function otherMagic({ text }: Content): "other" | undefined {
  return /^(CBM1|\x93NUMPY|PAR1|[^]{4}TFL3)/.test(text) ? "other" : undefined;
}

/**
 * ONNX has no magic number: a protobuf message that begins with its ir_version, then the name of the producer, the
 * graph or the operator sets. A SavedModel begins alike, but with version 1 and no readable name.
 */
function onnx({ text }: Content): FileFormat | undefined {
  const message = /^\x08[\x03-\x20](?:\x12([\x01-\x60])|[\x3a\x42])/.exec(text);
  if (message === null) return undefined;
  const length = message[1]?.charCodeAt(0) ?? 0;
  const producer = text.slice(message[0].length, message[0].length + length);
  return /^[\x20-\x7e]*$/.test(producer) ? { format: "onnx" } : undefined;
}

const NAMES: readonly (readonly [RegExp, KnownFormat])[] = [
  [/\.onnx$/i, "onnx"],
  [/\.(pt|pth|ckpt)$|^pytorch_model.*\.bin$/i, "pytorch"],
  [/\.keras$/i, "keras"],
  [/\.(bst|ubj|xgb)$/i, "xgboost"],
  [/\.joblib$/i, "sklearn"],
  [/\.lgbm$/i, "lightgbm"],
];

function byName(name: string, { text }: Content): FileFormat | undefined {
  const known = NAMES.find(([pattern]) => pattern.test(name));
  if (known !== undefined) return { format: known[1] };
  // Vocabularies of tokenizers end in .model too; they begin with a protobuf field.
  return /\.model$/i.test(name) && !text.startsWith("\n") && text !== "" ? { format: "xgboost" } : undefined;
}
