import { ModeltrailError } from "../../diagnostics/errors.ts";

const MAX_PATH_CHARACTERS = 512;
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A name as text; INVALID_INPUT for one that other systems, or the manifest's readers, would read differently. */
export function parseName(name: Buffer, folder: string): string {
  const text = decode(name, folder);
  const trouble = troubleWith(text);
  if (trouble === undefined) return text;
  throw new ModeltrailError("INVALID_INPUT", `The name ${JSON.stringify(text)} in ${folder} ${trouble}.`, {
    hint: "Rename the file.",
  });
}

function decode(name: Buffer, folder: string): string {
  try {
    return UTF8.decode(name);
  } catch {
    throw new ModeltrailError(
      "INVALID_INPUT",
      `The name ${JSON.stringify(name.toString())} in ${folder} is not UTF-8.`,
      {
        hint: "Rename the file.",
      },
    );
  }
}

function troubleWith(text: string): string | undefined {
  if (/["\\]/.test(text)) return "holds a quotation mark or a backslash";
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\uFFFE\uFFFF]/u.test(text)) return "holds a character that cannot be seen";
  return text === text.normalize("NFC") ? undefined : "is not in Unicode's composed form (NFC)";
}

/** Refuses what a manifest cannot hold. */
export function refuseLongPath(path: string): void {
  if (path.length <= MAX_PATH_CHARACTERS) return;
  throw new ModeltrailError(
    "INVALID_INPUT",
    `${path.slice(0, 80)}… is longer than ${MAX_PATH_CHARACTERS} characters.`,
    {
      hint: "Use shorter names or fewer folders.",
    },
  );
}

/** Refuses files, and folders with files, that are one where names are compared without regard to case. */
export function refuseCollisions(paths: readonly string[]): void {
  const seen = new Map<string, string>();
  for (const path of paths) claim(seen, path, path);
  for (const path of paths) {
    for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) {
      const taken = seen.get(fold(path.slice(0, at)));
      if (taken !== undefined) throw collision(taken, path);
    }
  }
}

function claim(seen: Map<string, string>, key: string, path: string): void {
  const taken = seen.get(fold(key));
  if (taken !== undefined) throw collision(taken, path);
  seen.set(fold(key), path);
}

function fold(path: string): string {
  return path.normalize("NFKC").toUpperCase().toLowerCase().normalize("NFKC");
}

function collision(a: string, b: string): ModeltrailError {
  return new ModeltrailError("INVALID_INPUT", `${a} and ${b} have the same name where case does not count.`, {
    hint: "Rename one of them: on some systems they could not be pulled both.",
  });
}
