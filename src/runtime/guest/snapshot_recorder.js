// Takes a memory snapshot: watches Pyodide start, notes what JavaScript knows of its libraries, and at the end either
// describes it all or says what cannot be saved.
import { streamed } from "./shims.js";
import { HEADER, MAGIC, PAGE, referenceOf } from "./snapshot.js";
import { LibraryWatch } from "./snapshot_libraries.js";

// A snapshot carries small files that the top level wrote to /tmp; more is somebody's cache.
const MOST_FILE_BYTES = 1 << 20;
const STANDARD_STREAMS = 3;

// `problems` of `finish` are {kind, what, path?, fd?}; kind "value" and "callback" can be searched for in Python.
export class Recorder {
  unsaved = new Set(); // JavaScript values that Python holds and no path leads to

  constructor(mainModule) {
    this.watch = new LibraryWatch(mainModule);
  }

  // Called when the module exists and nothing of Python has run.
  begin(module) {
    this.firstSlot = module.wasmTable.length;
    this.got = gotValues(module);
    this.watch.begin(module);
    const { onRuntimeInitialized } = module;
    module.onRuntimeInitialized = () => {
      this.fresh = usedRuns(module.HEAPU8);
      onRuntimeInitialized?.();
    };
  }

  // Called when Pyodide has started: what is written from now on, the Worker's top level wrote.
  started(module) {
    this.files = fileStates(module.FS);
    this.globals = new Set(Object.getOwnPropertyNames(globalThis));
  }

  // What stands in the way, as a list; empty when `encode` may follow.
  problems(module) {
    this.watch.undo();
    const found = [];
    const note = (kind, what, more = {}) => found.push({ kind, what, ...more });
    this.described = this.watch.loaded.map((library) => this.#library(module, library, note));
    const scopes = this.watch.scopes();
    this.described.forEach((library, index) => library && (library.scope = scopes[index]));
    this.slots = this.#slots(module, note);
    this.#values(module, note);
    for (const name of Object.getOwnPropertyNames(globalThis)) {
      if (!this.globals.has(name)) note("global", `the JavaScript global \`${name}\`, which the top level set`);
    }
    for (const stream of module.FS.streams) {
      if (stream && stream.fd >= STANDARD_STREAMS) {
        const socket = module.FS.isSocket(stream.node.mode);
        note("file", socket ? "an open socket" : `the open file ${stream.path}`, { fd: stream.fd });
      }
    }
    this.#files(module.FS, note);
    return found;
  }

  // The snapshot as bytes; `more` is laid over the description.
  encode(module, more) {
    const description = {
      ...more,
      heap: module.HEAPU8.length,
      countArgs: module._PyEM_CountArgsPtr ?? 0,
      libraries: this.described,
      slots: this.slots,
      tableLength: module.wasmTable.length,
      freeSlots: [...module.freeTableIndexes],
      got: Object.entries(gotValues(module)).filter(([name, value]) => this.got[name] !== value),
      hiwire: this.hiwire,
      files: this.saved,
      fresh: this.fresh,
      runs: usedRuns(module.HEAPU8),
    };
    return encode(description, module.HEAPU8);
  }

  #library(module, { path, wasm, instance, memoryBase, tableBase }, note) {
    const loaded = module.LDSO.loadedLibsByName[path];
    if (!loaded) {
      note("library", `the dynamic library ${path}, which was unloaded again`);
      return undefined;
    }
    if (Object.keys(instance.exports).some((name) => name.startsWith("__em_js__") || name === "__start_em_asm")) {
      note("library", `the dynamic library ${path}, which carries JavaScript (EM_JS or EM_ASM)`);
    }
    const handles = Object.entries(module.LDSO.loadedLibsByHandle)
      .filter(([, entry]) => entry === loaded)
      .map(([handle]) => Number(handle));
    const { memorySize, tableSize } = module.getDylinkMetadata(wasm);
    const refcount = Number.isFinite(loaded.refcount) ? loaded.refcount : null;
    const exported = new Set(Object.values(instance.exports));
    const named = [];
    for (let slot = tableBase; slot < tableBase + tableSize; slot++) {
      if (exported.has(module.wasmTable.get(slot))) named.push(slot);
    }
    return {
      path, memoryBase, memorySize, tableBase, tableSize, named, global: loaded.global, refcount, handles,
    };
  }

  // Functions in the table that belong to no library's own range: where to find each again.
  #slots(module, note) {
    const owners = new Map();
    const own = (owner, exports) => {
      for (const [name, value] of Object.entries(exports)) {
        if (typeof value === "function" && !owners.has(value)) owners.set(value, [owner, name]);
      }
    };
    this.watch.loaded.forEach(({ instance }, index) => own(index, instance.exports));
    own(-1, streamed.instance.exports);
    const inLibrary = (slot) =>
      this.described.some((l) => l && slot >= l.tableBase && slot < l.tableBase + l.tableSize);
    const slots = [];
    for (let slot = this.firstSlot; slot < module.wasmTable.length; slot++) {
      const value = module.wasmTable.get(slot);
      if (inLibrary(slot) || value === null || slot === module._PyEM_CountArgsPtr) continue;
      if (owners.has(value)) slots.push([slot, ...owners.get(value)]);
      else note("callback", "a C callback (ctypes.CFUNCTYPE or the like) that was made at the top level");
    }
    return slots;
  }

  #values(module, note) {
    const serialize = (value) => {
      const reference = referenceOf(value);
      if (reference) return reference;
      this.unsaved.add(value);
      return null;
    };
    try {
      this.hiwire = module.API.serializeHiwireState(serialize);
    } catch (error) {
      note("reference", `a JavaScript value: ${error.message}`);
      return;
    }
    for (const value of this.unsaved) note("value", `the JavaScript value ${shown(value)}`, { value });
    for (const { path } of this.hiwire.hiwireKeys.map((key) => key ?? {})) {
      if (path?.includes("[getProtoTypeOf]")) note("reference", `the JavaScript prototype js.${path.join(".")}`);
    }
  }

  #files(FS, note) {
    this.saved = [];
    let size = 0;
    for (const [path, state] of fileStates(FS)) {
      if (this.files.get(path) === state) continue;
      if (!path.startsWith("/tmp/")) {
        note("written", `the file ${path}: only /tmp may be written to at the top level`);
        continue;
      }
      const bytes = FS.readFile(path);
      size += bytes.length;
      this.saved.push([path, btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))]);
    }
    if (size > MOST_FILE_BYTES) note("written", `the ${size} bytes of files in /tmp, more than ${MOST_FILE_BYTES}`);
  }
}

function shown(value) {
  try {
    return String(value).slice(0, 80);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

// Every file in memory with a digest of its content; what is mounted there is read-only, or no file of the user's.
function fileStates(FS) {
  const states = new Map();
  const visit = (node, path) => {
    if (node.mounted || ["/dev", "/proc"].includes(path)) return;
    if (FS.isDir(node.mode)) {
      for (const name of Object.keys(node.contents ?? {})) visit(node.contents[name], `${path}/${name}`);
    } else if (FS.isFile(node.mode)) {
      states.set(path, digest(FS.readFile(path)));
    }
  };
  visit(FS.lookupPath("/").node, "");
  return states;
}

// FNV-1a, 1991: tells whether the same process wrote a file.
function digest(bytes) {
  let value = 0x811c9dc5;
  for (const byte of bytes) value = Math.imul(value ^ byte, 0x01000193);
  return `${bytes.length}:${value >>> 0}`;
}

function gotValues({ GOT }) {
  return Object.fromEntries(Object.entries(GOT).map(([name, entry]) => [name, entry.value]));
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

// The digests in the header are pyw's to fill in.
function encode(description, heap) {
  let text = JSON.stringify(description);
  const encoder = new TextEncoder();
  // Blanks up to where the pages begin, which is a multiple of a page.
  text += " ".repeat((PAGE - ((HEADER + encoder.encode(text).length) % PAGE)) % PAGE);
  const json = encoder.encode(text);
  const pages = description.runs.reduce((sum, [, count]) => sum + count, 0);
  const bytes = new Uint8Array(HEADER + json.length + pages * PAGE);
  bytes.set(encoder.encode(MAGIC));
  const view = new DataView(bytes.buffer);
  view.setUint32(8, json.length, true);
  view.setUint32(12, pages, true);
  bytes.set(json, HEADER);
  let at = HEADER + json.length;
  for (const [page, count] of description.runs) {
    bytes.set(heap.subarray(page * PAGE, (page + count) * PAGE), at);
    at += count * PAGE;
  }
  return bytes;
}
