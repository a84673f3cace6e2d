/** The difference of two decimals as they are written, with its sign: 0.934 and 0.932 differ by -0.002. */
export function formatChange(before: number, after: number): string {
  const digits = Math.max(decimals(before), decimals(after));
  const change = digits > 15 ? String(after - before) : (after - before).toFixed(digits);
  return after >= before ? `+${change}` : change;
}

function decimals(value: number): number {
  const [mantissa = "", exponent = "0"] = String(value).split("e");
  return Math.max(0, (mantissa.split(".")[1]?.length ?? 0) - Number(exponent));
}
