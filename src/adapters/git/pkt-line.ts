/** Git's framing: four hexadecimal digits of length, then the bytes; `0000` is a flush (null here). */
export function encodePacket(text: string): Buffer {
  const body = Buffer.from(text, "utf8");
  return Buffer.concat([Buffer.from((body.length + 4).toString(16).padStart(4, "0"), "latin1"), body]);
}

export const FLUSH: Buffer = Buffer.from("0000", "latin1");

/** Throws a plain Error for bytes that are no packets: a truncated answer, or that of another server. */
export function parsePackets(bytes: Buffer): readonly (Buffer | null)[] {
  const packets: (Buffer | null)[] = [];
  for (let at = 0; at < bytes.length;) {
    const digits = bytes.toString("latin1", at, at + 4);
    if (!/^[0-9a-f]{4}$/i.test(digits)) throw new Error("not a packet");
    const length = Number.parseInt(digits, 16);
    if (length === 0) packets.push(null);
    else if (length < 4 || at + length > bytes.length) throw new Error("a packet is cut off");
    else packets.push(bytes.subarray(at + 4, at + length));
    at += Math.max(4, length);
  }
  return packets;
}

/** Joins band 1 (data); throws an Error with what band 3 (a fatal message) says. */
export function joinDataBand(packets: readonly (Buffer | null)[]): Buffer {
  const data: Buffer[] = [];
  for (const packet of packets) {
    if (packet?.[0] === 3) throw new Error(packet.toString("utf8", 1).trim());
    if (packet?.[0] === 1) data.push(packet.subarray(1));
  }
  return Buffer.concat(data);
}

/** Joins band 2: what the server says to people while it works. */
export function joinMessageBand(packets: readonly (Buffer | null)[]): string {
  const said = packets.filter((packet) => packet?.[0] === 2).map((packet) => packet?.subarray(1));
  return Buffer.concat(said.filter((part) => part !== undefined)).toString("utf8");
}
