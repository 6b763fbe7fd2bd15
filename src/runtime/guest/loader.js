// Boots stock Pyodide inside stock workerd.
import { BASE_URL, beginBoot, bootDone, streamed } from "./shims.js";
import { loadPyodide, version } from "./pyodide.mjs";
import { createModuleFunction } from "./emscripten.js";
import { scheduleCallback } from "./event_loop.js";
import { addPack, mountTree } from "./files.js";
import { inflaterOf } from "./inflate.js";
import { findAgain, haveOneFrame, restore, restoreOver } from "./snapshot.js";
import { forgetLibraries } from "./snapshot_libraries.js";
import { enterSymbolsLazily, withoutSymbols } from "./lazy_symbols.js";

// An archive with no file in it: Pyodide wants to unpack one, the library is mounted instead.
const EMPTY_ZIP = new Uint8Array([0x50, 0x4b, 5, 6, ...new Array(18).fill(0)]);

// The folder in which the production platform keeps a Worker's modules; error messages, package
// code and user code know it.
export const SESSION = "/session/metadata";

// Where our compiled standard library lies; PYTHONPATH puts it before Pyodide's archive.
const LIBRARY = "/lib/pyw";

// The place of the schedule among the values that Pyodide gives Python first (API.getExpectedKeys, 314.0.7).
const SCHEDULE_INDEX = 4;

// Pyodide 0.28 has another Emscripten, which moves all exports to where they are in memory.
const isLazy = Number.parseInt(version) >= 314;

const asResponse = (bytes) => ({ ok: true, arrayBuffer: async () => bytes });

// The Workers' folders by instance: folders are Maps, files Uint8Arrays.
const sessions = new WeakMap();

// Instances of Python's code that were made ahead and have run nothing, the best first: what they are to continue from
// comes later. One with `restored` has the memory of a snapshot with that description.
let ahead = [];

// Adds files to the Worker's folder when Python has been started without them.
export const addModules = (pyodide, pack) => addPack(sessions.get(pyodide), pack);

// For an instance that continues from a snapshot: Python holds the schedule by its place.
export function setSchedule(pyodide, schedule) {
  pyodide._module.API.scheduleCallback = schedule;
  pyodide._module.__hiwire_set(SCHEDULE_INDEX, schedule);
}

// Starts Python. `settings` is what pyw generated (settings.json), `packs` holds ArrayBuffers:
// `library` (the standard library, compiled) or `libraryZip` (as Pyodide ships it), and `session`,
// the packs that together make the Worker's folder; and `python`, Pyodide's code, a WebAssembly.Module. With `recorder` the start is watched for a memory snapshot, with
// `snapshot` (openSnapshot's, with roots) it is continued from one.
export async function bootPython(settings, packs, { recorder, snapshot } = {}) {
  const instance = takeAhead(snapshot) ?? newInstance();
  for (const pack of packs.library) addPack(instance.library, pack);
  for (const pack of packs.session) addPack(instance.session, pack);
  const pyodide = await runLoader(settings, packs, { recorder, snapshot }, async (emscripten) => {
    const module = instance.module ?? (await instantiate(instance, emscripten, { recorder, snapshot }));
    if (snapshot) {
      await (instance.restored ? restoreOver(module, snapshot, instance.restored) : restore(module, snapshot));
      // What Python holds by name (`from js import fetch`) is looked up next: it must find the real ones.
      bootDone();
    }
    module.API.scheduleCallback = scheduleCallback;
    return module;
  });
  if (!snapshot) bootDone();
  // Pyodide puts its own schedule back in the place that ours had when the snapshot was made.
  if (snapshot) setSchedule(pyodide, scheduleCallback);
  sessions.set(pyodide, instance.session);
  pyodide.loadPackage = async () => {
    throw new Error("packages come from python_modules; add them to pyproject.toml");
  };
  return pyodide;
}

// The first part of the next bootPython with a snapshot, which takes most of its time: an instance with the memory of
// `snapshot`, which is read, for one that is as good as the same, and an instance without memory for all others. The
// call during which this happens must last until that has ended: promises are its own.
export async function instantiateAhead(settings, packs, snapshot) {
  for (const isRestored of [true, false]) {
    const instance = newInstance();
    const enough = new Error("the rest of Pyodide's loader comes later");
    try {
      await runLoader(settings, packs, { snapshot }, async (emscripten) => {
        instance.module = await instantiate(instance, emscripten, { snapshot });
        if (isRestored) {
          await restore(instance.module, snapshot);
          instance.restored = snapshot.description;
        }
        throw enough;
      });
    } catch (error) {
      if (error !== enough) throw error;
    }
    ahead.push(instance);
  }
}

function takeAhead(snapshot) {
  const fitting = ahead.find(({ restored }) => !restored || (snapshot && haveOneFrame(restored, snapshot.description)));
  ahead = [];
  return fitting;
}

// The next start is of other packages.
export function forgetPackages() {
  ahead = ahead.filter(({ restored }) => !restored);
  forgetLibraries();
}

const newInstance = () => ({ library: new Map(), session: new Map() });

async function instantiate({ library, session }, emscripten, { recorder, snapshot }) {
  emscripten.preRun.push((module) => {
    if (isLazy) enterSymbolsLazily(module, streamed.instance.exports);
    recorder?.begin(module);
    const inflate = inflaterOf(module);
    mountTree(module.FS, library, LIBRARY, inflate);
    mountTree(module.FS, session, SESSION, inflate);
  });
  // Pyodide 0.28 makes its memory of this size, 314 has one of its own.
  if (snapshot) emscripten.INITIAL_MEMORY = snapshot.description.heap;
  return await createModuleFunction()(emscripten);
}

async function runLoader(settings, packs, { recorder, snapshot }, createPyodideModule) {
  beginBoot(
    {
      "python_stdlib.zip": asResponse(packs.libraryZip ?? EMPTY_ZIP),
      "pyodide.asm.wasm": { module: packs.python, seen: isLazy ? withoutSymbols : (_module, instance) => instance },
    },
    settings.seed ?? crypto.getRandomValues(new Uint32Array(4)),
  );
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
  return pyodide;
}
