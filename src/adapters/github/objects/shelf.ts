import type { SuppliedObject } from "../../../ports/hosted-repository.ts";

const MOST_CHARACTERS = 8 * 1024 * 1024;
const PER_ENTRY = 80;

/** Objects that were read already, or came along with others. They never change, so only room ends their stay. */
export class Shelf {
  readonly #objects = new Map<string, SuppliedObject>();
  #size = 0;

  take(oid: string): SuppliedObject | undefined {
    return this.#objects.get(oid);
  }

  put(object: SuppliedObject): void {
    if (this.#objects.has(object.oid) || sizeOf(object) > MOST_CHARACTERS / 8) return;
    this.#objects.set(object.oid, object);
    this.#size += sizeOf(object);
    for (const [oid, oldest] of this.#objects) {
      if (this.#size <= MOST_CHARACTERS) break;
      this.#objects.delete(oid);
      this.#size -= sizeOf(oldest);
    }
  }
}

function sizeOf(object: SuppliedObject): number {
  if (object.type === "blob") return PER_ENTRY + (object.text?.length ?? 0);
  return object.type === "tree"
    ? PER_ENTRY * (object.entries.length + 1)
    : 1000 + object.commit.message.length;
}
