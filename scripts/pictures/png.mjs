// Screenshots of text have few colours: with a palette they are half as large.
import { crc32, deflateSync, inflateSync } from "node:zlib";

const SIGNATURE = Buffer.from("89504e470d0a1a0a", "hex");
const MOST_COLOURS = 256;

/** The same picture with 256 colours; every other becomes the nearest of those. */
export function shrinkPng(bytes) {
  const { width, height, channels, data } = readChunks(bytes);
  const pixels = unfilter(data, { width, height, channels });
  const counts = new Map();
  for (const colour of pixels) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  const palette = choosePalette(counts);
  const indexes = new Map([...counts.keys()].map((colour) => [colour, nearest(palette, colour)]));
  const lines = Buffer.alloc(height * (width + 1));
  pixels.forEach((colour, at) => {
    lines[at + Math.floor(at / width) + 1] = indexes.get(colour);
  });
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", header),
    chunk("PLTE", Buffer.from(palette.flatMap(channelsOf))),
    chunk("IDAT", deflateSync(lines, { level: 9, memLevel: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** Half of it the most frequent, half those that are worst served so far: a red sign among a thousand greys. */
function choosePalette(counts) {
  const sorted = [...counts].sort((a, b) => b[1] - a[1]);
  const palette = sorted.slice(0, MOST_COLOURS / 2).map(([colour]) => colour);
  const left = sorted.slice(palette.length).map(([colour, count]) => {
    const distance = Math.min(...palette.map((one) => distanceOf(one, colour)));
    return { colour, weight: Math.min(count, 16), distance };
  });
  while (palette.length < MOST_COLOURS && left.length > 0) {
    const worst = left.reduce((a, b) => (b.distance * b.weight > a.distance * a.weight ? b : a));
    if (worst.distance === 0) break;
    palette.push(worst.colour);
    for (const one of left) one.distance = Math.min(one.distance, distanceOf(worst.colour, one.colour));
  }
  return palette;
}

function distanceOf(a, b) {
  const other = channelsOf(b);
  return channelsOf(a).reduce((sum, value, at) => sum + (value - other[at]) ** 2, 0);
}

function readChunks(bytes) {
  const parts = [];
  let [width, height, channels] = [0, 0, 0];
  for (let at = SIGNATURE.length; at < bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString("latin1", at + 4, at + 8);
    const content = bytes.subarray(at + 8, at + 8 + length);
    if (type === "IHDR") {
      [width, height] = [content.readUInt32BE(0), content.readUInt32BE(4)];
      channels = { 2: 3, 6: 4 }[content[9]];
      if (content[8] !== 8 || channels === undefined || content[12] !== 0)
        throw new Error("no plain picture of 8 bits a channel");
    }
    if (type === "IDAT") parts.push(content);
    at += length + 12;
  }
  return { width, height, channels, data: inflateSync(Buffer.concat(parts)) };
}

/** Colours as numbers, without transparency. */
function unfilter(data, { width, height, channels }) {
  const stride = width * channels;
  let before = Buffer.alloc(stride);
  const pixels = [];
  for (let y = 0; y < height; y += 1) {
    const start = y * (stride + 1);
    const line = Buffer.from(data.subarray(start + 1, start + 1 + stride));
    for (let x = 0; x < stride; x += 1) {
      const left = x < channels ? 0 : line[x - channels];
      const corner = x < channels ? 0 : before[x - channels];
      line[x] += predict(data[start], { left, up: before[x], corner });
    }
    for (let x = 0; x < stride; x += channels) pixels.push(line.readUIntBE(x, 3));
    before = line;
  }
  return pixels;
}

function predict(filter, { left, up, corner }) {
  if (filter === 0) return 0;
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  const guess = left + up - corner;
  const [a, b, c] = [left, up, corner].map((one) => Math.abs(guess - one));
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

function nearest(palette, colour) {
  const distances = palette.map((one) => distanceOf(one, colour));
  return distances.indexOf(Math.min(...distances));
}

function channelsOf(colour) {
  return [colour >> 16, (colour >> 8) & 255, colour & 255];
}

function chunk(type, content) {
  const bytes = Buffer.alloc(content.length + 12);
  bytes.writeUInt32BE(content.length, 0);
  bytes.write(type, 4, "latin1");
  content.copy(bytes, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, content.length + 8)), content.length + 8);
  return bytes;
}
