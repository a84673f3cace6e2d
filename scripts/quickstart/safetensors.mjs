// The safetensors format, as far as one-dimensional float32 tensors need it:
// the length of the header (64 bits), the header as JSON, the tensors' bytes one after the other.

export function renderSafetensors(tensors) {
  const header = {};
  let end = 0;
  for (const [name, tensor] of Object.entries(tensors)) {
    header[name] = { dtype: "F32", shape: [tensor.length], data_offsets: [end, end + tensor.byteLength] };
    end += tensor.byteLength;
  }
  const text = JSON.stringify(header);
  // Readers map the tensors into memory, so they begin at a multiple of eight.
  const json = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, ...Object.values(tensors).map(bytesOf)]);
}

export function readSafetensors(file) {
  const start = 8 + Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.toString("utf8", 8, start));
  return Object.fromEntries(
    Object.entries(header).map(
      ([
        name,
        {
          shape,
          data_offsets: [from],
        },
      ]) => [
        name,
        Float32Array.from({ length: shape[0] }, (_, index) => file.readFloatLE(start + from + 4 * index)),
      ],
    ),
  );
}

function bytesOf(tensor) {
  const bytes = Buffer.alloc(tensor.byteLength);
  for (const [index, value] of tensor.entries()) bytes.writeFloatLE(value, 4 * index);
  return bytes;
}
