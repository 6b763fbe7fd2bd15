// Dynamic libraries in a memory snapshot: watched while Emscripten loads them, described, and put back without what is
// in the saved memory already. docs/snapshot-format.md has the fields.
import { compileAside } from "./shims.js";

// Notes every library that is loaded after `begin`, in the order in which their code was made (those needed first).
export class LibraryWatch {
  loaded = []; // {path, wasm, instance, memoryBase, tableBase, needed, parent}

  constructor(mainModule) {
    this.mainModule = mainModule;
  }

  begin(module) {
    const Native = WebAssembly.Instance;
    const names = module.LDSO.loadedLibsByName;
    this.undo = () => {
      WebAssembly.Instance = Native;
      module.LDSO.loadedLibsByName = names;
    };
    // A library has its entry here before those it needs are loaded: so the last one without code is their parent.
    const loading = [];
    module.LDSO.loadedLibsByName = new Proxy(names, {
      set(target, path, entry) {
        loading.push(path);
        target[path] = entry;
        return true;
      },
    });
    WebAssembly.Instance = new Proxy(Native, {
      construct: (target, [wasm, imports]) => {
        const isLibrary = wasm !== this.mainModule && WebAssembly.Module.customSections(wasm, "dylink.0").length > 0;
        const path = isLibrary ? loading.pop() : undefined;
        const instance = new target(wasm, imports);
        if (isLibrary) this.loaded.push({ ...described(module, path, wasm, imports), instance, parent: loading.at(-1) });
        return instance;
      },
    });
  }

  // For each library the indices of those whose symbols it sees beside everybody's, in the order in which Emscripten
  // gathers them: one that was loaded for itself alone (RTLD_LOCAL) shares a scope with all that it needs.
  scopes() {
    const byPath = new Map(this.loaded.map((library, index) => [library.path, index]));
    const needs = this.loaded.map(({ needed }) =>
      needed.map((path) => byPath.get(path)).filter((index) => index !== undefined));
    const roots = [];
    for (let index = this.loaded.length - 1; index >= 0; index--) {
      const parent = byPath.get(this.loaded[index].parent);
      // A parent that does not need it is the rest of one that could not be loaded.
      roots[index] = parent > index && needs[parent].includes(index) ? roots[parent] : index;
    }
    const scopeOf = (root) => {
      const scope = [];
      const done = new Set();
      const visit = (index) => {
        if (roots[index] === root && !done.has(index)) {
          done.add(index);
          needs[index].forEach(visit);
        }
        scope.push(index);
      };
      visit(root);
      return scope.length > 1 ? scope : [];
    };
    return roots.map(scopeOf);
  }
}

function described(module, path, wasm, imports) {
  const { __memory_base: memoryBase, __table_base: tableBase } = imports.env;
  const { neededDynlibs, runtimePaths } = module.getDylinkMetadata(wasm);
  const rpath = { parentLibPath: path, paths: runtimePaths };
  const needed = neededDynlibs.map((name) => module.PATH.normalize(module.findLibraryFS(name, rpath) ?? name));
  return { path, wasm, memoryBase, tableBase, needed };
}

// What waits for each, by path, and for a second instance of the same packages.
const compiled = new Map();

// Begins to compile those of `libraries` that `bytes` (Map, by path) has, and needs the bytes no longer.
export function compileLibraries(libraries, bytes) {
  for (const { path } of libraries) {
    if (bytes.has(path)) compiled.set(path, compileAside(bytes.get(path)));
  }
}

export const isCompiled = ({ path }) => compiled.has(path);

export const forgetLibraries = () => compiled.clear();

// The code of each of `libraries`, in their order.
export async function codeOf(module, libraries) {
  const compileHere = (path) => new WebAssembly.Module(module.FS.readFile(path));
  return await Promise.all(libraries.map(({ path }) => compiled.get(path)?.() ?? compileHere(path)));
}

// Puts the libraries of a snapshot's description back, in their order, each with its code; their instances.
export function replayLibraries(module, libraries, code) {
  const symbols = [];
  return libraries.map((library, index) => {
    const inScope = (name) => {
      for (const index of library.scope.toReversed()) {
        if (symbols[index]?.[name]) return symbols[index][name];
      }
      return undefined;
    };
    const { instance, exports } = replay(module, library, code[index], inScope);
    symbols.push(exports);
    return instance;
  });
}

// What Emscripten does for a library, without what is in the snapshot already: no allocation, no relocation of data, no
// constructors, no addresses of its functions.
function replay(module, library, wasm, inScope) {
  const { memorySize, tableSize, weakImports } = module.getDylinkMetadata(wasm);
  if (memorySize !== library.memorySize || tableSize !== library.tableSize) {
    throw new Error(`${library.path} is not the library of the snapshot`);
  }
  const missing = library.tableBase + tableSize - module.wasmTable.length;
  if (missing > 0) module.wasmTable.grow(missing);
  let exports;
  const stubs = {};
  const find = (name) => {
    const found = module.resolveGlobalSymbol(name).sym ?? inScope(name) ?? exports[name];
    if (!found) throw new Error(`${library.path} needs the function ${name}, which no library has`);
    return found;
  };
  const env = new Proxy({}, {
    get(_target, name) {
      if (name === "__memory_base") return library.memoryBase;
      if (name === "__table_base") return library.tableBase;
      const known = module.resolveGlobalSymbol(name).sym;
      if (known) return known;
      let found;
      return (stubs[name] ??= (...args) => (found ??= find(name))(...args));
    },
  });
  const got = new Proxy(weakImports, module.GOTHandler);
  const instance = new WebAssembly.Instance(wasm, {
    "GOT.mem": got, "GOT.func": got, env, wasi_snapshot_preview1: env,
  });
  // What the table has for each function is looked up by the function: for those that can be asked for by name.
  for (const slot of library.named) module.updateTableMap(slot, 1);
  exports = module.relocateExports(instance.exports, library.memoryBase);
  const loaded = module.newDSO(library.path, undefined, exports);
  loaded.refcount = library.refcount ?? Infinity;
  loaded.global = library.global;
  for (const handle of library.handles) module.LDSO.loadedLibsByHandle[handle] = loaded;
  if (library.global) module.mergeLibSymbols(exports, library.path);
  return { instance, exports };
}
