// What Pyodide needs from a browser and stock workerd does not give, put in place before
// pyodide.mjs is evaluated: that module compiles a small WebAssembly probe while it is being
// evaluated, so this file must come before it in the import order.
import { env } from "cloudflare:workers";

// Bindings for the guest alone: code may be compiled from bytes through one, one reads files, one
// keeps the names of Durable Objects, one is front.js. Their names are chosen so that no Worker's own binding can meet them; they are taken out
// of the environment before user code runs.
const EVALUATOR_BINDING = "__pyw_evaluator";
export const FILES_BINDING = "__pyw_files";
export const NAMES_BINDING = "__pyw_names";
export const FRONT_BINDING = "__pyw_front";
export const hiddenBindings = {};
for (const name of [EVALUATOR_BINDING, FILES_BINDING, NAMES_BINDING, FRONT_BINDING]) {
  hiddenBindings[name] = env[name];
  delete env[name];
}
const evaluator = hiddenBindings[EVALUATOR_BINDING];

const NativeModule = WebAssembly.Module;
const nativeInstantiate = WebAssembly.instantiate;
const nativeCompile = WebAssembly.compile;
const nativeTimeout = globalThis.setTimeout;

// By their bytes: the small modules that Pyodide makes, hundreds with the same bytes (one for each signature), and, in an
// isolate without an evaluator (dynamic_workers.js), those that came with it.
export const smallModules = new Map();
const bytesOfSmall = new Map();
const SMALL = 1 << 14; // bytes; one that lazy_symbols.js makes has 5,000

function compile(source) {
  if (source instanceof NativeModule) return source;
  const bytes = ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
  const key = bytes.length <= SMALL ? bytes.join() : undefined;
  const known = smallModules.get(key);
  if (known) return known;
  if (!evaluator) {
    throw new WebAssembly.CompileError("a Worker that was loaded by another cannot compile WebAssembly here");
  }
  const module = evaluator.newWasmModule(source);
  if (key) smallModules.set(key, module);
  if (key && tellsCompiled) bytesOfSmall.set(key, bytes.slice().buffer);
  return module;
}

// A script's value, of text that V8 is to know by a name.
export const evaluate = (text, name) => evaluator.eval(text, name);

// Lets V8's own threads compile while this one goes on; returns what waits for the module. The bytes are copied before it
// returns. Compiling is allowed while the evaluator runs a script, which sees what is global only.
export function compileAside(bytes) {
  const call = "__pyw_compile";
  globalThis[call] = () => nativeCompile(bytes);
  let ended = false;
  const compiling = evaluator.eval(`${call}()`).finally(() => (ended = true));
  delete globalThis[call];
  compiling.catch(() => {}); // whoever waits is told
  return async () => {
    // V8 takes its last steps when workerd leaves the isolate, and wakes nobody afterwards.
    while (!ended) await new Promise((resolve) => nativeTimeout(resolve, 0));
    return await compiling;
  };
}

// The bindings of Worker Loaders want to know them.
let tellsCompiled = false;
for (const binding of Object.values(env)) {
  const prototype = typeof binding === "object" && binding !== null && Object.getPrototypeOf(binding);
  if (!prototype || !Object.hasOwn(prototype, "__pyw_compiled")) continue;
  tellsCompiled = true;
  binding.__pyw_compiled(() => bytesOfSmall);
  delete prototype.__pyw_compiled;
}

// A Proxy, not a subclass: Pyodide asks `x instanceof WebAssembly.Module`, which must keep
// holding for modules that workerd compiled from its configuration.
WebAssembly.Module = new Proxy(NativeModule, {
  construct: (_target, [bytes]) => compile(bytes),
});
WebAssembly.compile = async (bytes) => compile(bytes);
WebAssembly.instantiate = async (source, imports) => {
  if (source instanceof NativeModule) return nativeInstantiate(source, imports);
  const module = compile(source);
  return { module, instance: new WebAssembly.Instance(module, imports) };
};
// The one streamed module is Pyodide's own; the boot hands it out already compiled, and how Emscripten
// shall see its instance.
export const streamed = {};
WebAssembly.instantiateStreaming = async (response, imports) => {
  const { module, seen } = await response;
  const instance = new WebAssembly.Instance(module, imports);
  streamed.instance = instance;
  streamed.imports = imports;
  return { module, instance: seen(module, instance, imports) };
};

const original = {
  fetch: globalThis.fetch,
  setTimeout: globalThis.setTimeout,
  setInterval: globalThis.setInterval,
  MessageChannel: globalThis.MessageChannel,
  process: Object.getOwnPropertyDescriptor(globalThis, "process"),
};
// Part of the Node compatibility that is implied since 2026-08-04; with it in sight Pyodide takes
// workerd for Node and asks for its file system.
delete globalThis.process;

// xoshiro128** (Blackman and Vigna, 2018): enough for a stream that is only used until the
// first handler runs, when Python reseeds itself from the real source.
function seededStream(seed) {
  const state = Uint32Array.from(seed);
  const rotate = (value, by) => (value << by) | (value >>> (32 - by));
  return () => {
    const result = Math.imul(rotate(Math.imul(state[1], 5), 7), 9) >>> 0;
    const shifted = state[1] << 9;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = rotate(state[3], 11);
    return result;
  };
}

// Serves `files` (path -> object in the place of a Response) to Pyodide's own loader until
// `bootDone` is called, and a random stream made from `seed` (four 32-bit words) until
// `endTopLevel`.
export function beginBoot(files, seed) {
  const next = seededStream(seed);
  delete globalThis.process; // there again when one was booted before
  seemAWebWorker();
  globalThis.fetch = async (url) => {
    const name = String(url).slice(BASE_URL.length);
    if (!(name in files)) throw new Error(`Pyodide asked for ${url}, which it was not given`);
    return files[name];
  };
  globalThis.MessageChannel = undefined;
  // Pyodide listens for messages of a window; before 2026 workerd refuses the way it asks.
  globalThis.addEventListener = () => {};
  crypto.getRandomValues = (view) => {
    if (memory && view.buffer !== memory()) refuseRandomness("crypto.getRandomValues()");
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    for (let at = 0; at < bytes.length; at++) bytes[at] = next();
    return view;
  };
}

export const BASE_URL = "https://pyodide.invalid/";

// Called when Pyodide has started: its loader fetches nothing any more.
export function bootDone() {
  globalThis.fetch = original.fetch;
  globalThis.MessageChannel = original.MessageChannel;
  if (original.process) Object.defineProperty(globalThis, "process", original.process);
  delete globalThis.addEventListener;
  delete globalThis.location;
  delete globalThis.importScripts;
}

// The rules for a Worker's top level. The platform runs it at global scope, where workerd itself
// refuses these; here it runs within a request, so that files can be read for it.
// What user code takes at the top level (`from js import fetch`) it keeps: so the same functions
// work later on.
let atTopLevel = false;
let beforeFetch;

// `check` is called before each fetch() of the Worker; what it throws, the caller of fetch gets.
export function countFetches(check) {
  beforeFetch = check;
}

for (const name of ["fetch", "setTimeout", "setInterval"]) {
  const native = original[name];
  original[name] = (...args) => {
    if (!atTopLevel) return name === "fetch" && beforeFetch ? checked(native, args) : native(...args);
    throw new Error(`${name} was called at the top level of the Worker: it works in a handler only`);
  };
}

async function checked(fetch, args) {
  beforeFetch();
  return await fetch(...args);
}

// What a memory snapshot would repeat in every process that starts from it. Python's own sources end at
// getRandomValues too, with a view of its memory; `_cloudflare/allow_entropy.py` looks after those.
let memory;
const randomness = { randomUUID: [crypto, crypto.randomUUID], random: [Math, Math.random] };

function refuseRandomness(what) {
  throw new Error(
    `${what} was called at the top level: randomness at the top level of a Worker would repeat in every isolate that ` +
      "starts from its snapshot; call it from a handler",
  );
}

export function beginTopLevel(pythonMemory) {
  atTopLevel = true;
  memory = pythonMemory;
  for (const [name, [owner, native]] of Object.entries(randomness)) {
    const what = `${owner === Math ? "Math" : "crypto"}.${name}()`;
    // Whoever keeps it (`from js import Math` and the like) may use it later.
    owner[name] = (...args) => (atTopLevel ? refuseRandomness(what) : native.apply(owner, args));
  }
  globalThis.setTimeout = original.setTimeout;
  globalThis.setInterval = original.setInterval;
}

// From here on everything is the real one.
export function endTopLevel() {
  atTopLevel = false;
  memory = undefined;
  delete crypto.getRandomValues;
  delete crypto.randomUUID;
  Math.random = randomness.random[1];
}

// Pyodide 0.28 decides where it runs by these, when it is loaded and at each boot; 314 knows workerd.
function seemAWebWorker() {
  globalThis.location ??= new URL(BASE_URL);
  globalThis.importScripts ??= () => {
    throw new TypeError("importScripts is not available");
  };
}

seemAWebWorker();

// Absent before the compatibility date 2025-05-05. Without it Python's proxies of JavaScript objects and the like are
// not given back by themselves; Pyodide can do without.
globalThis.FinalizationRegistry ??= class FinalizationRegistry {
  register() {}
  unregister() {}
};
