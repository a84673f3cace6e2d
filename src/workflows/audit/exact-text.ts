/**
 * The text of bytes that are UTF-8, from which the same bytes can be made again; undefined for others. Entries are held
 * to their digests, so nothing may be taken away on reading or replaced.
 */
export function decodeExact(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
