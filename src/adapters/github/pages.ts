import { ModeltrailError } from "../../diagnostics/errors.ts";

interface Page<T> {
  readonly data: readonly T[];
  readonly headers: { readonly link?: string | undefined };
}

const PER_PAGE = 100;
/** 50,000 things; a list beyond is a loop of the server's. */
const MOST_PAGES = 500;

/** All pages of a list, or as many as it takes until `enough`. */
export async function readPages<T>(
  ask: (page: { readonly page: number; readonly per_page: number }) => Promise<Page<T>>,
  enough: (items: readonly T[]) => boolean = () => false,
): Promise<readonly T[]> {
  const items: T[] = [];
  for (let page = 1; page <= MOST_PAGES; page++) {
    const { data, headers } = await ask({ page, per_page: PER_PAGE });
    const isList: boolean = Array.isArray(data);
    if (!isList) throw notAList();
    items.push(...data);
    // Counted on, not followed: where the next page lies is not the server's to say.
    if (enough(items) || !/;\s*rel="next"/.test(headers.link ?? "")) return items;
  }
  throw notAList();
}

function notAList(): ModeltrailError {
  return new ModeltrailError("NETWORK", "GitHub gave an answer that is no list, or a list without end", {
    hint: "Run the command again later.",
  });
}
