import { FORMATS, type FormatEvidence, type KnownFormat, recogniseFile } from "./file-format.ts";

export type { FormatEvidence } from "./file-format.ts";

/** How many bytes at the beginning of a file tell its format. */
export const FORMAT_HEAD_BYTES = 65_536;

export interface RecognisedFormat {
  /** A name of the format vocabulary; `custom` when nothing is recognised. */
  readonly format: KnownFormat | "custom";
  /** As serving runtimes count it; "1" when nothing better is known. */
  readonly formatVersion: string;
}

/** The newest that KServe's own runtimes count. */
const SERVED_VERSIONS: Partial<Readonly<Record<KnownFormat, string>>> = {
  mlflow: "2",
  tensorflow: "2",
  lightgbm: "4",
  xgboost: "2",
};

/**
 * What the files of a model are, by content first and name second. Where a folder holds several formats, the one
 * that describes the whole wins, then the safer one: weights beside an optimizer's state, say.
 */
export function recogniseFormat(files: readonly FormatEvidence[]): RecognisedFormat {
  const found = files.flatMap((file) => {
    const recognised = recogniseFile(file);
    return recognised === undefined ? [] : [recognised];
  });
  for (const format of FORMATS) {
    const first = found.find((file) => file.format === format);
    if (first === undefined) continue;
    return { format, formatVersion: first.formatVersion ?? SERVED_VERSIONS[format] ?? "1" };
  }
  return { format: "custom", formatVersion: "1" };
}
