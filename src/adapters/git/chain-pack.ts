import { createHash } from "node:crypto";
import { mkdir, rename, unlink } from "node:fs/promises";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { Layout } from "./locate.ts";
import { writeScratch } from "./lock-file.ts";
import type { NewObject } from "./object-writer.ts";
import { sizeHeader, TYPE_BITS } from "./pack-format.ts";

/** An object on its way into a pack, with one that differs little from it. */
export interface PackRow {
  readonly object: NewObject;
  readonly like?: NewObject | undefined;
}

const REF_DELTA = 7;
const MAX_DEPTH = 40;
const MAX_COPY = 0xff_ff_ff;
const SMALLEST_GAIN = 64;

interface Placed {
  readonly oid: string;
  readonly offset: number;
  readonly crc: number;
}

/** Stores objects as one pack with its index, which is there for readers whole or not at all. */
export async function storeRows(layout: Layout, rows: readonly PackRow[]): Promise<void> {
  const unique = [...new Map(rows.map((row) => [row.object.oid, row])).values()];
  const { pack, placed } = encodeRows(unique);
  const folder = join(layout.commonDir, "objects", "pack");
  const target = join(folder, `pack-${pack.subarray(-20).toString("hex")}`);
  try {
    await mkdir(folder, { recursive: true });
    const staged = await writeScratch(layout.commonDir, pack, 0o444);
    const index = await writeScratch(layout.commonDir, encodeIndex(placed, pack), 0o444).catch(
      async (cause: unknown) => {
        await unlink(staged).catch(() => undefined);
        throw cause;
      },
    );
    await rename(staged, `${target}.pack`);
    // The index comes last: with it the pack is there for every reader.
    await rename(index, `${target}.idx`);
  } catch (cause) {
    if (cause instanceof ModeltrailError) throw cause;
    throw new ModeltrailError("FILE_SYSTEM", `cannot write to ${folder}`, {
      cause,
      hint: "check free space and permissions",
    });
  }
}

function encodeRows(rows: readonly PackRow[]): { readonly pack: Buffer; readonly placed: readonly Placed[] } {
  const header = Buffer.alloc(12);
  header.write("PACK", "latin1");
  header.writeUInt32BE(2, 4);
  header.writeUInt32BE(rows.length, 8);
  const parts: Buffer[] = [header];
  const placed: Placed[] = [];
  const depths = new Map<string, number>();
  let offset = header.length;
  for (const { object, like } of rows) {
    const depth = like === undefined ? undefined : depths.get(like.oid);
    const delta =
      like === undefined || depth === undefined || depth >= MAX_DEPTH
        ? undefined
        : encodeDelta(like.body, object.body);
    const bytes = encodeRow(
      object,
      delta === undefined || like === undefined ? undefined : [like.oid, delta],
    );
    depths.set(object.oid, delta === undefined ? 0 : (depth ?? 0) + 1);
    placed.push({ oid: object.oid, offset, crc: crc32(bytes) });
    parts.push(bytes);
    offset += bytes.length;
  }
  const body = Buffer.concat(parts);
  return { pack: Buffer.concat([body, createHash("sha1").update(body).digest()]), placed };
}

function encodeRow(
  { type, body }: NewObject,
  delta: readonly [base: string, bytes: Buffer] | undefined,
): Buffer {
  if (delta === undefined)
    return Buffer.concat([sizeHeader(TYPE_BITS[type], body.length), deflateSync(body)]);
  const [base, bytes] = delta;
  return Buffer.concat([sizeHeader(REF_DELTA, bytes.length), Buffer.from(base, "hex"), deflateSync(bytes)]);
}

/** What two bodies share at both ends is copied, what is between is written; undefined where that gains nothing. */
export function encodeDelta(base: Uint8Array, target: Uint8Array): Buffer | undefined {
  const shorter = Math.min(base.length, target.length);
  let head = 0;
  while (head < shorter && base[head] === target[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && base[base.length - 1 - tail] === target[target.length - 1 - tail])
    tail += 1;
  if (head + tail < SMALLEST_GAIN || base.length > MAX_COPY) return undefined;
  return Buffer.concat([
    varint(base.length),
    varint(target.length),
    copy(0, head),
    insert(target.subarray(head, target.length - tail)),
    copy(base.length - tail, tail),
  ]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.from(bytes);
}

/** At most 65,535 bytes an instruction: what every reader of packs takes. */
function copy(offset: number, size: number): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < size; at += 0xff_ff) {
    const [from, length] = [offset + at, Math.min(0xff_ff, size - at)];
    const bytes = [from & 0xff, (from >> 8) & 0xff, (from >> 16) & 0xff, length & 0xff, (length >> 8) & 0xff];
    const bits = [1, 2, 4, 16, 32];
    const used = bytes.flatMap((byte, index) => (byte === 0 ? [] : [index]));
    const opcode = used.reduce((sum, index) => sum | (bits[index] ?? 0), 0x80);
    parts.push(Buffer.from([opcode, ...used.map((index) => bytes[index] ?? 0)]));
  }
  return Buffer.concat(parts);
}

function insert(bytes: Uint8Array): Buffer {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += 127) {
    const piece = bytes.subarray(at, at + 127);
    parts.push(Buffer.from([piece.length]), piece);
  }
  return Buffer.concat(parts);
}

/** Version 2 of Git's pack index. */
function encodeIndex(placed: readonly Placed[], pack: Buffer): Buffer {
  const sorted = placed.toSorted((a, b) => (a.oid < b.oid ? -1 : 1));
  const fanout = Buffer.alloc(1024);
  let count = 0;
  for (let first = 0; first < 256; first += 1) {
    while (Number.parseInt(sorted[count]?.oid.slice(0, 2) ?? "zz", 16) <= first) count += 1;
    fanout.writeUInt32BE(count, 4 * first);
  }
  const numbers = (values: readonly number[]): Buffer => {
    const bytes = Buffer.alloc(4 * values.length);
    for (const [index, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, 4 * index);
    return bytes;
  };
  const body = Buffer.concat([
    Buffer.from([0xff, 0x74, 0x4f, 0x63, 0, 0, 0, 2]),
    fanout,
    ...sorted.map(({ oid }) => Buffer.from(oid, "hex")),
    numbers(sorted.map(({ crc }) => crc)),
    numbers(sorted.map(({ offset }) => offset)),
    pack.subarray(-20),
  ]);
  return Buffer.concat([body, createHash("sha1").update(body).digest()]);
}
