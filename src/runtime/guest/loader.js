// Boots stock Pyodide inside stock workerd.
import { BASE_URL, beginBoot, bootDone } from "./shims.js";
import { loadPyodide } from "./pyodide.mjs";
import createEmscriptenModule from "./pyodide.asm.mjs";
import pyodideWasm from "./pyodide.asm.wasm";
import { addPack, mountTree } from "./files.js";
import { findAgain, restore } from "./snapshot.js";

// An archive with no file in it: Pyodide wants to unpack one, the library is mounted instead.
const EMPTY_ZIP = new Uint8Array([0x50, 0x4b, 5, 6, ...new Array(18).fill(0)]);

// The folder in which the production platform keeps a Worker's modules; error messages, package
// code and user code know it.
export const SESSION = "/session/metadata";

// Where our compiled standard library lies; PYTHONPATH puts it before Pyodide's archive.
const LIBRARY = "/lib/pyw";

// The place of the schedule among the values that Pyodide gives Python first (API.getExpectedKeys, 314.0.7).
const SCHEDULE_INDEX = 4;

const asResponse = (bytes) => ({ ok: true, arrayBuffer: async () => bytes });

// The Worker's folder: folders are Maps, files Uint8Arrays.
let session;

// Adds files to the Worker's folder when Python has been started without them.
export const addModules = (pack) => addPack(session, pack);

// Starts Python. `settings` is what pyw generated (settings.json), `packs` holds ArrayBuffers:
// `library` (the standard library, compiled) or `libraryZip` (as Pyodide ships it), and `session`,
// the packs that together make the Worker's folder. With `recorder` the start is watched for a memory snapshot, with
// `snapshot` (openSnapshot's, with roots) it is continued from one.
export async function bootPython(settings, packs, { recorder, snapshot } = {}) {
  beginBoot(
    {
      "python_stdlib.zip": asResponse(packs.libraryZip ?? EMPTY_ZIP),
      "pyodide.asm.wasm": { module: pyodideWasm },
    },
    settings.seed ?? crypto.getRandomValues(new Uint32Array(4)),
  );
  const library = new Map();
  for (const pack of packs.library) addPack(library, pack);
  session = new Map();
  for (const pack of packs.session) addPack(session, pack);

  const createPyodideModule = async (emscripten) => {
    emscripten.preRun.push((module) => {
      recorder?.begin(module);
      mountTree(module.FS, library, LIBRARY);
      mountTree(module.FS, session, SESSION);
    });
    // Pyodide 0.28 makes its memory of this size, 314 has one of its own.
    if (snapshot) emscripten.INITIAL_MEMORY = snapshot.description.heap;
    const module = await createEmscriptenModule(emscripten);
    if (snapshot) {
      await restore(module, snapshot);
      // What Python holds by name (`from js import fetch`) is looked up next: it must find the real ones.
      bootDone();
    }
    // Pyodide's own schedule hands callbacks to one shared MessageChannel, which runs one
    // request's callback in the I/O context of another.
    module.API.scheduleCallback = scheduleCallback;
    return module;
  };
  // Where Pyodide 0.28 looks for it; 314 has an option.
  globalThis._createPyodideModule = createPyodideModule;
  const pyodide = await loadPyodide({
    indexURL: BASE_URL,
    // No package comes from Pyodide's own index; only its version of the binary interface is checked.
    lockFileContents: { info: { abi_version: settings.abi }, packages: {} },
    createPyodideModule,
    ...(recorder ? { _makeSnapshot: true } : {}),
    // The bytes only tell pyodide.mjs that Python's own start must not run; `restore` does the rest.
    ...(snapshot
      ? { _loadSnapshot: new Uint8Array(16), _snapshotDeserializer: findAgain(snapshot.roots) }
      : {}),
    env: {
      HOME: "/session",
      PYTHONPATH: LIBRARY,
      PYTHONDONTWRITEBYTECODE: "1",
      ...(settings.hashSeed === undefined ? {} : { PYTHONHASHSEED: String(settings.hashSeed) }),
    },
    stdout: (line) => console.log(line),
    stderr: (line) => console.error(line),
  });
  delete globalThis._createPyodideModule;
  if (!snapshot) bootDone();
  // Pyodide puts its own schedule back in the place that ours had when the snapshot was made.
  if (snapshot) pyodide._module.__hiwire_set(SCHEDULE_INDEX, scheduleCallback);
  pyodide.loadPackage = async () => {
    throw new Error("packages come from python_modules; add them to pyproject.toml");
  };
  return pyodide;
}

// A timer costs more than a microtask. But a coroutine that only ever yields must not keep the
// isolate from its I/O: now and then one callback goes through a timer. At the top level there is
// no I/O, and timers are refused.
const CALLBACKS_BETWEEN_TIMERS = 64;
let callbacks = 0;
let pending = 0;
let atTopLevel = true;

export const pendingCallbacks = () => pending;

function scheduleCallback(callback, milliseconds = 0) {
  const mayWait = atTopLevel || ++callbacks % CALLBACKS_BETWEEN_TIMERS !== 0;
  const run = () => {
    pending--;
    callback();
  };
  if (milliseconds <= 2 && mayWait) {
    Promise.resolve().then(run); // half of what queueMicrotask costs in workerd
  } else {
    setTimeout(run, milliseconds);
  }
  pending++;
}

export async function runAtTopLevel(run) {
  atTopLevel = true;
  try {
    return await run();
  } finally {
    atTopLevel = false;
  }
}
