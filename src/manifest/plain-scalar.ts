/** What a value without quotes is, when every reader of YAML 1.1 and 1.2 agrees on it. */
export type PlainValue = string | number | boolean | null;

/** Why readers do not agree on a value without quotes. */
export interface AmbiguousPlain {
  /** To be read after the value and "which": `is a date in YAML 1.1`. */
  readonly because: string;
}

const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+(?:e[-+][0-9]+)?)?$/;
/** Anything that begins like this may be a number or a date to some reader; the rest has words only. */
const NUMBER_LIKE = /^[-+.0-9]/;
const WORDS = /^(?:y|n|yes|no|on|off|true|false|null)$/i;

/** An exponent alone is no number in any YAML, and yet one to some programs. */
const EXPONENT = /^e[-+]?[0-9_]+$/i;

const READ_AS_NUMBER: readonly RegExp[] = [
  /^[-+]?0x/i,
  /^[-+]?0o?[0-7_]+$/i,
  /^[-+]?0b[01_]+$/i,
  /^[-+]?(?:[0-9][0-9_,]*)?(?:\.[0-9_,]*)?(?:e[-+]?[0-9_]+)?$/i,
  /^[-+]?\.(?:inf|nan)$/i,
];
const READ_AS_MINUTES = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;
const READ_AS_DATE = /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt\s].*)?$/s;

/** Reads a scalar that stands without quotes. */
export function parsePlain(text: string): { readonly value: PlainValue } | AmbiguousPlain {
  if (NUMBER_LIKE.test(text)) return parseNumberLike(text);
  if (text === "true" || text === "false") return { value: text === "true" };
  if (text === "" || text === "~" || text === "null") return { value: null };
  if (isReservedWord(text)) return { because: "some programs read as true, false, null or a number" };
  if (text === "=" || text === "<<") return { because: "means something else than itself in YAML 1.1" };
  return { value: text };
}

/** Words that some version of YAML reads as something else than a text, in any case. */
export function isReservedWord(text: string): boolean {
  return text.length <= 5 ? WORDS.test(text) || EXPONENT.test(text) : EXPONENT.test(text);
}

function parseNumberLike(text: string): { readonly value: PlainValue } | AmbiguousPlain {
  if (NUMBER.test(text)) {
    const value = Number(text);
    if (isFaithful(text, value)) return { value };
    return { because: "has more digits than a number keeps" };
  }
  if (READ_AS_NUMBER.some((pattern) => pattern.test(text)))
    return { because: "is a number to some programs and not to others" };
  if (READ_AS_MINUTES.test(text)) return { because: "is a number of seconds in YAML 1.1" };
  if (READ_AS_DATE.test(text)) return { because: "is a date in YAML 1.1" };
  return { value: text };
}

/** Whether a number is exactly what was written, zeros at the end aside; `-0` is not. */
function isFaithful(text: string, value: number): boolean {
  if (Object.is(value, -0) || !Number.isFinite(value)) return false;
  if (Number.isSafeInteger(value) && String(value) === text) return true;
  if (Number.isInteger(value) && !Number.isSafeInteger(value) && !text.includes("e")) return false;
  return significand(text) === significand(String(value));
}

/** A decimal as its digits without zeros at either end, and the power of ten of the last one. */
function significand(text: string): string {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] =
    /^(-?)([0-9]+)(?:\.([0-9]+))?(?:e([-+][0-9]+))?$/.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, "");
  const last = lastNonZero(digits);
  if (last < 0) return "0";
  return `${sign}${digits.slice(0, last + 1)}e${String(Number(exponent) - fraction.length + digits.length - 1 - last)}`;
}

function lastNonZero(digits: string): number {
  let index = digits.length - 1;
  while (index >= 0 && digits[index] === "0") index -= 1;
  return index;
}

/** Writes a number so that YAML 1.1, which wants a point before an exponent, and 1.2 read it alike. */
export function renderNumber(value: number): string {
  if (value === 0) return "0";
  const text =
    Number.isInteger(value) && !Number.isSafeInteger(value) ? value.toExponential() : String(value);
  return text.includes(".") ? text : text.replace("e", ".0e");
}
