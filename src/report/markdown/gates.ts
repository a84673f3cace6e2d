import type { Finding } from "../../diagnostics/finding.ts";
import type { GateResult } from "../../policy/gate.ts";
import { code, prose } from "./inline.ts";
import { renderTable } from "./table.ts";

const SIGNS = { pass: "✅", pending: "⏳", fail: "❌", skipped: "➖" } as const;

/** What each gate says, with at most so many findings of each. */
export function renderGates(gates: readonly GateResult[], most = Infinity): string {
  const rows = gates.map(({ gate, status, reason, findings }) => {
    const left = findings.length - most;
    const told = [
      ...(reason === undefined ? [] : [prose(reason)]),
      ...findings.slice(0, most).map(describeFinding),
      ...(left > 0 ? [`_and ${left} more_`] : []),
    ];
    return [`${SIGNS[status]} ${gate}`, told.join("<br>")];
  });
  return renderTable(["gate", ""], rows);
}

/** The hint may hold a command to copy, so it is code. */
function describeFinding({ code: name, message, file, line, hint }: Finding): string {
  const place = file === undefined ? "" : ` (${code(`${file}${line === undefined ? "" : `:${line}`}`)})`;
  return `${code(name)} ${prose(message)}${place}${hint === undefined ? "" : `<br>${code(hint)}`}`;
}
