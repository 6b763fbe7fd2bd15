// Files that packs hold compressed (RFC 1951), unpacked with the zlib that Pyodide's own code has in it: the file system
// must answer at once, and JavaScript's own way of unpacking does not.
import { streamed } from "./shims.js";

const PIECE = 1 << 15; // bytes of input and of output in Python's memory at a time
// z_stream of zlib.h, as it lies in 32-bit memory: addresses and numbers of four bytes each.
const STREAM_SIZE = 56;
const NEXT_IN = 0;
const AVAILABLE_IN = 1;
const NEXT_OUT = 3;
const AVAILABLE_OUT = 4;
const RAW = -15; // window bits: no header, a window of 32 KiB
const OK = 0;
const STREAM_END = 1;

// For the instance of Python that has just been made.
export function inflaterOf(module) {
  const { exports } = streamed.instance;
  return ({ bytes, length }) => {
    const stream = exports.malloc(STREAM_SIZE + 2 * PIECE);
    try {
      return inflate(module, exports, stream, { bytes, length });
    } finally {
      exports.free(stream);
    }
  };
}

function inflate(module, { inflateInit2_, inflate: step, inflateEnd }, stream, { bytes, length }) {
  const input = stream + STREAM_SIZE;
  const output = input + PIECE;
  // Python's memory may be another buffer after each call.
  const field = (index) => module.HEAPU32[(stream >>> 2) + index];
  const set = (index, value) => void (module.HEAPU32[(stream >>> 2) + index] = value);
  module.HEAPU8.fill(0, stream, input);
  module.HEAPU8[output] = "1".charCodeAt(0); // zlib's version, of which it compares the first sign
  if (inflateInit2_(stream, RAW, output, STREAM_SIZE) !== OK) throw new Error("no memory to unpack a file");
  try {
    const result = new Uint8Array(length);
    let read = 0;
    let written = 0;
    for (let status = OK; status !== STREAM_END; ) {
      if (field(AVAILABLE_IN) === 0) {
        const piece = bytes.subarray(read, read + PIECE);
        module.HEAPU8.set(piece, input);
        read += piece.length;
        set(NEXT_IN, input);
        set(AVAILABLE_IN, piece.length);
      }
      set(NEXT_OUT, output);
      set(AVAILABLE_OUT, PIECE);
      status = step(stream, 0);
      const end = field(NEXT_OUT);
      if ((status !== OK && status !== STREAM_END) || written + end - output > length) break;
      result.set(module.HEAPU8.subarray(output, end), written);
      written += end - output;
    }
    if (written !== length) throw new Error("a file in a pack is damaged");
    return result;
  } finally {
    inflateEnd(stream);
  }
}
