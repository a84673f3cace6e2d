/** The longest name of a stage's object: Helm release names stop there, and Argo CD names its applications so. */
export const MAX_STAGE_OBJECT_NAME = 53;

const NAME = /^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/;
/** Folders of a model; a model or namespace of that name could not be told from them. */
const RESERVED_FOLDERS = new Set(["versions", "stages", "yanked", "deploy"]);
/** Flux drops quotes when it substitutes, and YAML 1.1 then reads these as booleans or nothing. */
const RETYPED_WORDS = new Set(["y", "n", "yes", "no", "on", "off", "true", "false", "null"]);
/** Windows cannot check out files of these names. */
const DEVICE_NAMES = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])$/;
/** Keys that have a meaning of their own in JavaScript objects. */
const OBJECT_KEYS = new Set(["constructor", "prototype"]);

/** What is wrong with a text as a name of a model, namespace, stage or registry; undefined when it is fine. */
export function nameProblem(
  kind: "model" | "namespace" | "stage" | "registry",
  text: string,
): string | undefined {
  const shown = JSON.stringify(text.slice(0, 60));
  if (!NAME.test(text)) {
    return `${shown} is no ${kind} name: use lower-case letters, digits and dashes, a letter first, at most 40 characters`;
  }
  if (RETYPED_WORDS.has(text))
    return `${shown} is read as a boolean or as nothing by YAML 1.1, so it is no ${kind} name`;
  if (DEVICE_NAMES.test(text)) return `${shown} is a device name on Windows, so it is no ${kind} name`;
  if (OBJECT_KEYS.has(text)) return `${shown} is reserved`;
  if (kind === "stage" && text === "latest")
    return `"latest" always means the highest version, so no stage can have that name`;
  if (kind !== "stage" && RESERVED_FOLDERS.has(text))
    return `${shown} is the name of a folder inside models, so it is no ${kind} name`;
  return undefined;
}

/** What is wrong with a text as `<model>` or `<namespace>/<model>`. */
export function modelNameProblem(text: string): string | undefined {
  const parts = text.split("/");
  if (parts.length > 2)
    return `${JSON.stringify(text.slice(0, 90))} has more than one "/": a model is <name> or <namespace>/<name>`;
  const [first = "", second] = parts;
  if (second === undefined) return nameProblem("model", first);
  return nameProblem("namespace", first) ?? nameProblem("model", second);
}

/** A model's name without a slash, as Kubernetes objects carry it. */
export function flatName(model: string): string {
  return model.replace("/", "-");
}

/** `metadata.name` of a stage; unique in the registry. */
export function stageObjectName(model: string, stage: string): string {
  return `${flatName(model)}-${stage}`;
}

/** `<model>`, or `<model>@<ref>`, as people type it. */
export interface ModelReference {
  readonly model: string;
  /** A version, a stage, or `latest`. */
  readonly ref: string | undefined;
}

/** Splits `<model>[@<ref>]`; undefined when either half is empty. */
export function parseModelReference(text: string): ModelReference | undefined {
  const at = text.indexOf("@");
  if (at < 0) return text === "" ? undefined : { model: text, ref: undefined };
  const model = text.slice(0, at);
  const ref = text.slice(at + 1);
  return model === "" || ref === "" ? undefined : { model, ref };
}
