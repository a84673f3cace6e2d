import { parsePlain } from "../../manifest/plain-scalar.ts";

/** A decimal that a manifest keeps as it was written, zeros at the end aside; or why there is none. */
export type Decimal = { readonly value: number } | { readonly problem: string };

const DECIMAL = /^([-+]?)(?=\.?[0-9])([0-9]*)(?:\.([0-9]*))?(?:[eE]([-+]?)([0-9]+))?$/;

/**
 * Reads a number as people and programs write it. Rules on metrics compare decimals, so a number that a double would
 * round is refused rather than kept as another.
 */
export function parseDecimal(text: string): Decimal {
  const parts = DECIMAL.exec(text);
  if (parts === null) return { problem: "is no number" };
  const value = Number(text);
  if (!Number.isFinite(value)) return { problem: "is too large to be kept" };
  const plain = toPlain(parts);
  if (plain === undefined) return { value: 0 };
  if (value === 0) return { problem: "is too small to be kept; write 0" };
  return "value" in parsePlain(plain)
    ? { value }
    : { problem: "has more digits than can be kept; round it to 15 significant digits" };
}

/** The same in the one form that manifests read whatever its size; undefined for zero, which has no sign there. */
function toPlain([, sign, whole = "", fraction = "", up, exponent = "0"]: RegExpExecArray):
  string | undefined {
  if (/^0*$/.test(whole + fraction)) return undefined;
  const digits = `${whole.replace(/^0+/, "") || "0"}.${fraction || "0"}`;
  return `${sign === "-" ? "-" : ""}${digits}e${up === "-" ? "-" : "+"}${exponent}`;
}
