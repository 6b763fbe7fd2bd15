// Memory snapshots of a Pyodide that has imported packages, dynamic libraries and all: taken once, put into a fresh
// instance at every later start. Facts and traps: docs/snapshot-format.md.
//
// A snapshot is "PYWSNAP1", the length of its description (u32, little endian), the description (JSON, see `describe`),
// then the memory pages that hold something, in the order of `runs`.

import { streamed } from "./shims.js";

const MAGIC = "PYWSNAP1";
const PAGE = 4096;
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

function serialize(value) {
  const reference = value[REFERENCE];
  if (!reference) throw new Error(`a JavaScript value that cannot be saved is held: ${value}`);
  return reference;
}

export const findAgain = (roots) => ({ root, path }) =>
  path.reduce((value, name) => value[name], roots[root]);

// --- Making ---

// Watches a start from the creation of the module on; `module` is Emscripten's.
export class Recorder {
  libraries = [];

  constructor(mainModule) {
    const Native = WebAssembly.Instance;
    this.undo = () => (WebAssembly.Instance = Native);
    WebAssembly.Instance = new Proxy(Native, {
      construct: (target, [wasm, imports]) => {
        const instance = new target(wasm, imports);
        const isLibrary = WebAssembly.Module.customSections(wasm, "dylink.0").length > 0;
        if (isLibrary && wasm !== mainModule) {
          const { __memory_base: memoryBase, __table_base: tableBase } = imports.env;
          this.libraries.push({ wasm, instance, memoryBase, tableBase });
        }
        return instance;
      },
    });
  }

  // Called when the module exists and nothing of Python has run.
  begin(module) {
    this.firstSlot = module.wasmTable.length;
    this.got = gotValues(module);
  }

  // The snapshot as bytes, once everything is imported.
  finish(module) {
    this.undo();
    const libraries = this.libraries.map((library) => describeLibrary(module, library));
    const description = {
      hiwire: module.API.serializeHiwireState(serialize),
      heap: module.HEAPU8.length,
      libraries,
      slots: this.#slots(module, libraries),
      tableLength: module.wasmTable.length,
      freeSlots: [...module.freeTableIndexes],
      got: Object.entries(gotValues(module)).filter(([name, value]) => this.got[name] !== value),
      runs: usedRuns(module.HEAPU8),
    };
    return encode(description, module.HEAPU8);
  }

  // Functions in the table that belong to no library's own range: where to find each again.
  #slots(module, libraries) {
    const owners = new Map();
    const note = (owner, exports) => {
      for (const [name, value] of Object.entries(exports)) {
        if (typeof value === "function" && !owners.has(value)) owners.set(value, [owner, name]);
      }
    };
    this.libraries.forEach(({ instance }, index) => note(index, instance.exports));
    note(-1, streamed.instance.exports);
    const inLibrary = (slot) =>
      libraries.some((l) => slot >= l.tableBase && slot < l.tableBase + l.tableSize);
    const slots = [];
    for (let slot = this.firstSlot; slot < module.wasmTable.length; slot++) {
      const value = module.wasmTable.get(slot);
      if (inLibrary(slot) || value === null) continue;
      if (!owners.has(value)) throw new Error("a callback made at import time cannot be saved");
      slots.push([slot, ...owners.get(value)]);
    }
    return slots;
  }
}

function gotValues({ GOT }) {
  return Object.fromEntries(Object.entries(GOT).map(([name, entry]) => [name, entry.value]));
}

function describeLibrary(module, { wasm, instance, memoryBase, tableBase }) {
  const sample = Object.entries(instance.exports).find(([, value]) => typeof value === "function");
  const loaded = Object.values(module.LDSO.loadedLibsByName).find(
    (entry) => sample && entry.exports[sample[0]] === sample[1],
  );
  if (!loaded) throw new Error("a dynamic library was loaded that nothing names");
  const handles = Object.entries(module.LDSO.loadedLibsByHandle)
    .filter(([, entry]) => entry === loaded)
    .map(([handle]) => Number(handle));
  const { memorySize, tableSize } = module.getDylinkMetadata(wasm);
  const refcount = Number.isFinite(loaded.refcount) ? loaded.refcount : null;
  return {
    path: loaded.name, memoryBase, memorySize, tableBase, tableSize, global: loaded.global, refcount, handles,
  };
}

// [first page, number of pages], for the stretches that are not all zero.
function usedRuns(heap) {
  const words = new BigUint64Array(heap.buffer, heap.byteOffset, heap.length / 8);
  const perPage = PAGE / 8;
  const runs = [];
  for (let page = 0; page < heap.length / PAGE; page++) {
    let used = false;
    for (let at = page * perPage; at < (page + 1) * perPage && !used; at++) used = words[at] !== 0n;
    if (!used) continue;
    const last = runs.at(-1);
    if (last && last[0] + last[1] === page) last[1]++;
    else runs.push([page, 1]);
  }
  return runs;
}

function encode(description, heap) {
  const text = new TextEncoder().encode(JSON.stringify(description));
  const pages = description.runs.reduce((sum, [, count]) => sum + count, 0);
  const bytes = new Uint8Array(12 + text.length + pages * PAGE);
  bytes.set(new TextEncoder().encode(MAGIC));
  new DataView(bytes.buffer).setUint32(8, text.length, true);
  bytes.set(text, 12);
  let at = 12 + text.length;
  for (const [page, count] of description.runs) {
    bytes.set(heap.subarray(page * PAGE, (page + count) * PAGE), at);
    at += count * PAGE;
  }
  return bytes;
}

// --- Restoring ---

export function decode(buffer) {
  const head = new Uint8Array(buffer, 0, 12);
  if (new TextDecoder().decode(head.subarray(0, 8)) !== MAGIC) throw new Error("not a snapshot");
  const size = new DataView(buffer).getUint32(8, true);
  const description = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 12, size)));
  const pages = new Uint8Array(buffer, 12 + size);
  const expected = description.runs.reduce((sum, [, count]) => sum + count, 0) * PAGE;
  if (pages.length !== expected) throw new Error("the snapshot is cut short");
  return { description, pages };
}

// Puts the snapshot into a module that exists and has run nothing.
export function restore(module, { description, pages }) {
  // Above this address the fresh memory is zero.
  const fresh = module.HEAPU32[module._emscripten_get_sbrk_ptr() >>> 2];
  // The memory must be large enough before the libraries: they write their data when they are instantiated, the
  // pages come after and win.
  if (module.HEAPU8.length < description.heap) module.growMemory(description.heap);
  const instances = description.libraries.map((library) => replayLibrary(module, library));
  const missing = description.tableLength - module.wasmTable.length;
  if (missing > 0) module.wasmTable.grow(missing);
  for (const [slot, owner, name] of description.slots) {
    const exports = owner < 0 ? streamed.instance.exports : instances[owner].exports;
    module.setWasmTableEntry(slot, exports[name]);
    module.updateTableMap(slot, 1);
  }
  module.freeTableIndexes.splice(0, Infinity, ...description.freeSlots);
  for (const [name, value] of description.got) {
    module.GOT[name] ??= new WebAssembly.Global({ value: "i32", mutable: true });
    module.GOT[name].value = value;
  }
  const heap = module.HEAPU8;
  heap.fill(0, 0, Math.min(fresh, heap.length));
  let at = 0;
  for (const [page, count] of description.runs) {
    heap.set(pages.subarray(at, at + count * PAGE), page * PAGE);
    at += count * PAGE;
  }
  module.API.restoreSnapshot = () => description.hiwire;
}

// What Emscripten does for a library, without what is in the saved memory already: no allocation, no relocation of
// data, no constructors.
function replayLibrary(module, library) {
  const wasm = new WebAssembly.Module(module.FS.readFile(library.path));
  const { memorySize, tableSize, weakImports } = module.getDylinkMetadata(wasm);
  if (memorySize !== library.memorySize || tableSize !== library.tableSize) {
    throw new Error(`${library.path} is not the library of the snapshot`);
  }
  const missing = library.tableBase + tableSize - module.wasmTable.length;
  if (missing > 0) module.wasmTable.grow(missing);
  let exports;
  const stubs = {};
  const env = new Proxy({}, {
    get(_target, name) {
      if (name === "__memory_base") return library.memoryBase;
      if (name === "__table_base") return library.tableBase;
      const known = module.resolveGlobalSymbol(name).sym;
      if (known) return known;
      return (stubs[name] ??= (...args) =>
        (module.resolveGlobalSymbol(name).sym ?? exports[name])(...args));
    },
  });
  const got = new Proxy(weakImports, module.GOTHandler);
  const instance = new WebAssembly.Instance(wasm, {
    "GOT.mem": got, "GOT.func": got, env, wasi_snapshot_preview1: env,
  });
  module.updateTableMap(library.tableBase, tableSize);
  exports = module.relocateExports(instance.exports, library.memoryBase);
  module.updateGOT(exports);
  module.reportUndefinedSymbols();
  const loaded = module.newDSO(library.path, undefined, exports);
  loaded.refcount = library.refcount ?? Infinity;
  loaded.global = library.global;
  for (const handle of library.handles) module.LDSO.loadedLibsByHandle[handle] = loaded;
  if (library.global) module.mergeLibSymbols(exports, library.path);
  return instance;
}
