// Pyodide's code has 8,500 exports, and Emscripten enters each into three tables at every start: the symbols that
// libraries find, the global offset table, the function table. A Worker needs a few dozens. Here one is entered when
// somebody asks for it (measured with FastAPI: a tenth of a cold start).
// Emscripten's own steps, in Pyodide 314: receiveInstance, mergeLibSymbols, updateGOT, GOTHandler, dlsym.

// What Emscripten gets in the place of `instance`: it looks as if it had no exports. Only where Emscripten copies them
// for itself, the one time that it does, the copy has them all.
export function withoutSymbols({ exports }, { env }) {
  const none = {};
  const native = Object.assign;
  Object.assign = (target, ...sources) => {
    if (sources[0] !== none) return native(target, ...sources);
    Object.assign = native;
    return native(target, exports);
  };
  env.main = env.__main_argc_argv = exports.main ?? exports.__main_argc_argv; // one by two names
  // The symbols that libraries find. Not the exports themselves: what a frozen object has cannot be set in one above it.
  const found = { get: (_none, name) => exports[name], has: (_none, name) => name in exports };
  Object.setPrototypeOf(env, new Proxy({}, found));
  return { exports: none };
}

// The other tables of `module`, which exists and has run nothing; `exports` of its instance.
export function enterSymbolsLazily(module, exports) {
  const enter = (_none, name) => {
    const value = exports[name];
    if (value === undefined || module.isInternalSym(name)) return undefined;
    const address = typeof value === "function" ? module.addFunction(value) : value.value;
    return (module.GOT[name] = new WebAssembly.Global({ value: "i32", mutable: true }, address));
  };
  Object.setPrototypeOf(module.GOT, new Proxy({}, { get: enter }));
  // dlsym() counts the names of what was loaded: Python's own are counted when it asks for one of them (ctypes.pythonapi).
  const main = module.LDSO.loadedLibsByName.__main__;
  const { exports: symbols } = main;
  Object.defineProperty(main, "exports", {
    configurable: true,
    get: () => {
      Object.defineProperty(main, "exports", { value: symbols });
      Object.setPrototypeOf(symbols, Object.prototype);
      module.mergeLibSymbols(exports, "main");
      return symbols;
    },
  });
}
