import type { Head, Ref, RefStore, RefUpdate } from "../../ports/repository.ts";
import type { RefFiles } from "./ref-files.ts";
import type { RefMover } from "./ref-mover.ts";
import { requireRefName } from "./ref-name.ts";

interface RefStoreParts {
  readonly files: RefFiles;
  readonly resolve: (revision: string) => Promise<string | undefined>;
  /** Loaded with the first move, since most commands only read. */
  readonly mover: () => Promise<RefMover>;
}

/** Refs in files: loose ones and packed ones. */
export class FileRefStore implements RefStore {
  readonly #files: RefFiles;
  readonly #mover: () => Promise<RefMover>;
  readonly resolve: (revision: string) => Promise<string | undefined>;

  constructor(parts: RefStoreParts) {
    this.#files = parts.files;
    this.#mover = parts.mover;
    this.resolve = parts.resolve;
  }

  head(): Promise<Head> {
    return this.#files.head();
  }

  async read(name: string): Promise<string | undefined> {
    return this.#files.read(requireRefName(name));
  }

  list(prefix: string): Promise<readonly Ref[]> {
    return this.#files.list(prefix);
  }

  async symbolic(name: string): Promise<string | undefined> {
    const content = await this.#files.content(name === "HEAD" ? name : requireRefName(name));
    return content !== undefined && "target" in content ? content.target : undefined;
  }

  async update(update: RefUpdate): Promise<void> {
    return (await this.#mover()).update(update);
  }
}
