// Memory snapshots of a Pyodide that has imported packages or run a Worker's top level, dynamic libraries and all: put
// into a fresh instance at every later start. snapshot_recorder.js takes them; docs/snapshot-format.md has the format.

import { streamed } from "./shims.js";
import { codeOf, replayLibraries } from "./snapshot_libraries.js";

export const MAGIC = "PYWSNAP5";
export const HEADER = 64; // bytes; the description follows
export const PAGE = 4096;
const REFERENCE = Symbol("reference");

// --- JavaScript values that Python may hold ---

// Stands for `value` while a snapshot is made: whatever Python reads from it can be found again by root and path.
export function rooted(value, root, path = []) {
  if (value === null || !["object", "function"].includes(typeof value)) return value;
  return new Proxy(value, {
    get(target, name) {
      if (name === REFERENCE) return { root, path };
      const found = Reflect.get(target, name);
      const fixed = Reflect.getOwnPropertyDescriptor(target, name);
      if (typeof name === "symbol" || (fixed && !fixed.writable && !fixed.configurable)) return found;
      return rooted(found, root, [...path, name]);
    },
  });
}

export const referenceOf = (value) => value[REFERENCE];

export const findAgain = (roots) => ({ root, path }) =>
  path.reduce((value, name) => value[name], roots[root]);

// --- Restoring ---

// Pages are read in pieces: the whole file in memory beside the heap cost 30 MB and 40 ms (FastAPI).
const PIECE = 1 << 20;

// Reads up to the pages. pyw has checked the digest and every number before it names a file to the guest
// (src/snapshot/file.cpp).
export async function openSnapshot(body) {
  const reader = body.getReader({ mode: "byob" });
  const text = new TextDecoder();
  const head = await exactly(reader, new Uint8Array(HEADER));
  if (text.decode(head.subarray(0, 8)) !== MAGIC) throw new Error("not a snapshot");
  const size = new DataView(head.buffer).getUint32(8, true);
  const description = JSON.parse(text.decode(await exactly(reader, new Uint8Array(size))));
  return { description, reader };
}

// Fills `view`, whose buffer is gone afterwards: the one returned has it.
async function exactly(reader, view) {
  const size = view.length;
  const { value } = await reader.readAtLeast(size, view);
  if (value?.length !== size) throw new Error("the snapshot is cut short");
  return value;
}

async function copyPages({ description, reader }, heap) {
  let buffer = new ArrayBuffer(PIECE);
  for (const [page, count] of description.runs) {
    buffer = await fill(heap.subarray(page * PAGE, (page + count) * PAGE), reader, buffer);
  }
  free(buffer);
}

// Gives an ArrayBuffer's memory back now; the collector, which sees few objects, would come much later.
export const free = (buffer) => void buffer.transfer(0);

// Fills `target` through `buffer`, whose memory goes into the one returned.
async function fill(target, reader, buffer) {
  for (let at = 0; at < target.length; at += PIECE) {
    const bytes = await exactly(reader, new Uint8Array(buffer, 0, Math.min(PIECE, target.length - at)));
    target.set(bytes, at);
    buffer = bytes.buffer;
  }
  return buffer;
}

// A whole file of that size, as an ArrayBuffer.
export async function readBytes(reader, size) {
  return (await exactly(reader, new Uint8Array(size))).buffer;
}

// Puts the snapshot into a module that exists and has run nothing.
export async function restore(module, snapshot) {
  const { description } = snapshot;
  // The memory must be large enough before the libraries: they write their data when they are instantiated, the
  // pages come after and win.
  if (module.HEAPU8.length < description.heap) module.growMemory(description.heap);
  restoreTrampoline(module, description.countArgs);
  // Before the libraries: each asks for addresses of those that come after it as well.
  for (const [name, value] of description.got) {
    if (!Object.hasOwn(module.GOT, name)) module.GOT[name] = new WebAssembly.Global({ value: "i32", mutable: true });
    module.GOT[name].value = value;
  }
  const instances = replayLibraries(module, description.libraries, await codeOf(module, description.libraries));
  const missing = description.tableLength - module.wasmTable.length;
  if (missing > 0) module.wasmTable.grow(missing);
  for (const [slot, owner, name] of description.slots) {
    const exports = owner < 0 ? streamed.instance.exports : instances[owner].exports;
    module.setWasmTableEntry(slot, exports[name]);
    module.updateTableMap(slot, 1);
  }
  module.freeTableIndexes.splice(0, Infinity, ...description.freeSlots);
  const heap = module.HEAPU8;
  clearOthers(heap, description.fresh, description.runs);
  for (const { memoryBase, memorySize } of description.libraries) heap.fill(0, memoryBase, memoryBase + memorySize);
  await copyPages(snapshot, heap);
  for (const [path, base64] of description.files) {
    module.FS.mkdirTree(path.slice(0, path.lastIndexOf("/")) || "/");
    module.FS.writeFile(path, Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0)));
  }
  continueFrom(description, module.API);
}

// What Pyodide's own end of the start asks for.
function continueFrom({ hiwire }, API) {
  API.restoreSnapshot = () => hiwire;
  // The line runs once in each interpreter, and this one has run it: nothing would happen but that V8 had to compile
  // Python's compiler.
  const { rawRun } = API;
  API.rawRun = (code) => {
    API.rawRun = rawRun;
    return code === "import _pyodide_core" ? [0, ""] : rawRun(code);
  };
}

// What two snapshots must have alike, beside their packages, for the memory of one to go where the other's is.
const FRAME = ["countArgs", "libraries", "slots", "tableLength", "freeSlots", "got", "files"];

export const haveOneFrame = (one, other) =>
  FRAME.every((name) => JSON.stringify(one[name]) === JSON.stringify(other[name]));

// Puts the snapshot where `earlier` is, the description of one of the same frame that was restored and has run nothing.
// The memory is the system's work already (measured with FastAPI: 20 ms instead of 65).
export async function restoreOver(module, snapshot, earlier) {
  const { description } = snapshot;
  if (module.HEAPU8.length < description.heap) module.growMemory(description.heap);
  const heap = module.HEAPU8;
  clearOthers(heap, earlier.runs, description.runs);
  await copyPages(snapshot, heap);
  continueFrom(description, module.API);
}

// Clears the pages of the runs `earlier` that are in none of `kept`. No others: whatever is written to takes memory, and ten
// megabytes are between what a fresh instance has and what it will have.
function clearOthers(heap, earlier, kept) {
  const stays = new Uint8Array(heap.length / PAGE);
  for (const [page, count] of kept) stays.fill(1, page, page + count);
  for (const [page, count] of earlier) {
    for (let at = page; at < page + count; at++) {
      if (!stays[at]) heap.fill(0, at * PAGE, (at + 1) * PAGE);
    }
  }
}

// Python 3.13 makes a function that counts arguments when it starts (CPython, Python/emscripten_trampoline.c); 3.14 has it
// already, before anything of Python runs.
function restoreTrampoline(module, slot) {
  if (!slot) return;
  streamed.imports.env._PyEM_InitTrampoline_js();
  const made = module._PyEM_CountArgsPtr;
  if (made === slot) return;
  const count = module.wasmTable.get(made);
  module.setWasmTableEntry(made, null);
  const missing = slot + 1 - module.wasmTable.length;
  if (missing > 0) module.wasmTable.grow(missing);
  module.setWasmTableEntry(slot, count);
  module._PyEM_CountArgsPtr = slot;
}
