import compare from "semver/functions/compare.js";
import parse from "semver/functions/parse.js";

const MAX_LENGTH = 63;
/** What nearly every version looks like; needs no second look. */
const PLAIN = /^(?:0|[1-9][0-9]{0,8})(?:\.(?:0|[1-9][0-9]{0,8})){2}$/;

/** Which part of a version number to count up. */
export type Bump = "major" | "minor" | "patch";

/** What is wrong with a text as a version; undefined when it is fine. */
export function versionProblem(text: string): string | undefined {
  if (PLAIN.test(text)) return undefined;
  const shown = JSON.stringify(text.slice(0, 80));
  if (text === "latest") return `"latest" always means the highest version; give a number such as 1.4.0`;
  if (text.length > MAX_LENGTH) return `${shown} is longer than ${MAX_LENGTH} characters`;
  if (/^v?[0-9]+(\.[0-9]+)?$/.test(text))
    return `${shown} would be read as a number; write three parts, such as ${threeParts(text)}`;
  if (text !== text.toLowerCase())
    return `${shown} has capital letters, and file names may differ in nothing else`;
  if (text.includes("+"))
    return `${shown} has build metadata, which Kubernetes labels and order do not allow`;
  if (text.endsWith(".lock")) return `${shown} ends with .lock, which Git does not allow in branch names`;
  const parsed = parse(versionNumber(text));
  if (parsed === null || parsed.raw !== versionNumber(text) || parsed.version !== versionNumber(text)) {
    return `${shown} is no semantic version such as 1.4.0 or 2.0.0-rc.1`;
  }
  return undefined;
}

function threeParts(text: string): string {
  return JSON.stringify([...text.split("."), "0", "0"].slice(0, 3).join("."));
}

/** The number without a leading `v`: `v1.0.0` and `1.0.0` are one number. */
export function versionNumber(version: string): string {
  return version.startsWith("v") ? version.slice(1) : version;
}

/** Order of semantic versions, lowest first; for valid versions only. */
export function compareVersions(a: string, b: string): number {
  if (PLAIN.test(a) && PLAIN.test(b)) return comparePlain(a, b);
  return compare(versionNumber(a), versionNumber(b)) || (a < b ? -1 : a > b ? 1 : 0);
}

/** Three numbers and two points each: read digit by digit, since lists compare them by the ten thousand. */
function comparePlain(a: string, b: string): number {
  let atA = 0;
  let atB = 0;
  for (let part = 0; part < 3; part += 1) {
    let numberA = 0;
    let numberB = 0;
    for (let code = a.charCodeAt(atA++); code >= ZERO; code = a.charCodeAt(atA++))
      numberA = numberA * 10 + code - ZERO;
    for (let code = b.charCodeAt(atB++); code >= ZERO; code = b.charCodeAt(atB++))
      numberB = numberB * 10 + code - ZERO;
    if (numberA !== numberB) return numberA - numberB;
  }
  return 0;
}

const ZERO = 0x30;

export function isPrerelease(version: string): boolean {
  return version.includes("-");
}

/** What `latest` means: the highest version, a pre-release only when there is nothing else. */
export function latestVersion(candidates: readonly string[]): string | undefined {
  let highest: string | undefined;
  for (const version of candidates) {
    if (versionProblem(version) === undefined && (highest === undefined || isLater(version, highest)))
      highest = version;
  }
  return highest;
}

function isLater(version: string, than: string): boolean {
  const early = isPrerelease(version);
  return early === isPrerelease(than) ? compareVersions(version, than) > 0 : !early;
}

/** The next free number after the highest release among `taken`; `1.0.0` when there is none. */
export function nextVersion(taken: readonly string[], bump: Bump): string {
  const numbers = new Set(taken.map(versionNumber));
  const highest = latestVersion(taken.filter((version) => !isPrerelease(version))) ?? latestVersion(taken);
  let next = highest === undefined ? "1.0.0" : increase(highest, bump);
  while (numbers.has(next)) next = increase(next, bump);
  return next;
}

function increase(version: string, bump: Bump): string {
  const [major = 0, minor = 0, patch = 0] = (versionNumber(version).split("-")[0] ?? "")
    .split(".")
    .map(Number);
  if (isPrerelease(version) && bump === "patch") return `${major}.${minor}.${patch}`;
  if (bump === "major") return `${major + 1}.0.0`;
  if (bump === "minor") return `${major}.${minor + 1}.0`;
  return `${major}.${minor}.${patch + 1}`;
}
