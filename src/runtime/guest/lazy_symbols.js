// Pyodide's code has 8,500 exports, and Emscripten enters each into three tables at every start: the symbols that
// libraries find, the global offset table, the function table. A Worker needs a few dozens. Here one is entered when
// somebody asks for it (measured with FastAPI: a tenth of a cold start).
// Emscripten's own steps, in Pyodide 314: receiveInstance, mergeLibSymbols, updateGOT, GOTHandler, dlsym.

// What Emscripten gets in the place of the instance of `module`: it looks as if it had no exports. Only where Emscripten
// copies them for itself, the one time that it does, the copy has them all.
export function withoutSymbols(module, { exports }, imports) {
  const { env } = imports;
  enterImports(module, exports.__indirect_function_table, imports);
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

// The functions of JavaScript that Python's code knows by address: Emscripten makes a module for each of the 280.
function enterImports(module, table, imports) {
  const addresses = imports["GOT.func"];
  const names = WebAssembly.Module.imports(module)
    .filter(({ module: from, name }) => from === "GOT.func" && imports.env[name]?.sig)
    .map(({ name }) => name);
  const functions = names.map((name) => imports.env[name]);
  const wrapped = new WebAssembly.Instance(new WebAssembly.Module(passingOn(functions.map(({ sig }) => sig))), {
    e: Object.fromEntries(functions.entries()),
  });
  const first = table.grow(names.length);
  names.forEach((name, index) => {
    table.set(first + index, wrapped.exports[index]);
    addresses[name].value = first + index;
  });
}

// A module that exports as "0", "1", … what it imports from "e" by these names, functions of `signatures` as Emscripten
// writes them: a letter for the result, one for each argument. (WebAssembly specification, 5.5: sections 1, 2 and 7.)
function passingOn(signatures) {
  const codes = { i: 0x7f, p: 0x7f, j: 0x7e, f: 0x7d, d: 0x7c, e: 0x6f };
  const number = (value) => (value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...number(value >>> 7)]);
  const list = (items) => [...number(items.length), ...items.flat()];
  const text = (value) => list([...value].map((sign) => sign.charCodeAt(0)));
  const section = (id, content) => [id, ...list(content)];
  const types = [...new Set(signatures)];
  const typeOf = ([result, ...given]) => [0x60, ...list(given.map((sign) => codes[sign])), ...list(result === "v" ? [] : [codes[result]])];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, list(types.map(typeOf))),
    ...section(2, list(signatures.map((sig, index) => [...text("e"), ...text(String(index)), 0, ...number(types.indexOf(sig))]))),
    ...section(7, list(signatures.map((_sig, index) => [...text(String(index)), 0, ...number(index)]))),
  ]);
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
