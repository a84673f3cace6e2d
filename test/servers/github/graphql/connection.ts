import { failure } from "./failure.ts";

export interface PageArguments {
  readonly first?: number | null;
  readonly last?: number | null;
  readonly after?: string | null;
  readonly before?: string | null;
}

/** One page of a list, in the shape that all of GitHub's lists have. */
export function connect<T>(
  field: string,
  items: readonly T[],
  asked: PageArguments,
  render: (item: T) => unknown,
): object {
  const { first, last } = asked;
  checkBounds(field, asked);
  let from = asked.after ? readCursor(asked.after) : 0;
  let to = asked.before ? readCursor(asked.before) - 1 : items.length;
  if (typeof first === "number") to = Math.min(to, from + first);
  else if (typeof last === "number") from = Math.max(from, to - last);
  const shown = items.slice(from, to);
  return {
    totalCount: items.length,
    nodes: () => shown.map(render),
    edges: () => shown.map((item, index) => ({ cursor: makeCursor(from + index), node: render(item) })),
    pageInfo: {
      hasNextPage: to < items.length,
      hasPreviousPage: from > 0,
      startCursor: shown.length === 0 ? null : makeCursor(from),
      endCursor: shown.length === 0 ? null : makeCursor(to - 1),
    },
  };
}

function checkBounds(field: string, { first, last }: PageArguments): void {
  const size = first ?? last;
  if (typeof size !== "number") {
    throw failure(
      "MISSING_PAGINATION_BOUNDARIES",
      `You must provide a \`first\` or \`last\` value to properly paginate the \`${field}\` connection.`,
    );
  }
  if (size > 100) {
    const side = typeof first === "number" ? "first" : "last";
    throw failure(
      "EXCESSIVE_PAGINATION",
      `Requesting ${size} records on the \`${field}\` connection exceeds the \`${side}\` limit of 100 records.`,
    );
  }
}

function makeCursor(index: number): string {
  return Buffer.from(`cursor:${index + 1}`).toString("base64");
}

/** Where the page after it starts. */
function readCursor(cursor: string): number {
  return Number(Buffer.from(cursor, "base64").toString("utf8").replace("cursor:", "")) || 0;
}
