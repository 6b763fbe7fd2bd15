// Starts Python for a Worker: reads the packs, boots Pyodide, imports the entry module.
import { connect } from "cloudflare:sockets";
import { FILES_BINDING, hiddenBindings, beginTopLevel, compileAside, endTopLevel } from "./shims.js";
import { createModuleFunction } from "./emscripten.js";
import { filesIn } from "./files.js";
import { callPromising, runAtTopLevel, takeTurns } from "./event_loop.js";
import { addModules, bootPython, SESSION } from "./loader.js";
import { hostModule } from "./host.js";
import { endRehearsal, rehearse } from "./rehearsal.js";
import { PythonError, report } from "./report.js";
import { free, openSnapshot, readBytes } from "./snapshot.js";
import { compileLibraries, isCompiled } from "./snapshot_libraries.js";

let prepared;

// The first half of a start, all that does not need the Worker's own modules: the isolate of a standby then waits for
// them (devserver/standby.hpp).
export async function preparePython(settings, importModule) {
  prepared ??= boot(settings, importModule, []);
  (await prepared).pyimport("_pyw_boot").warm_up();
}

// Between the two halves, where there is time. Returns whether it was all done.
export async function rehearseStart(settings, importModule) {
  if (!settings.snapshot) return false; // without one it would take longer than it gains
  return await rehearse(
    () => boot(settings, importModule, settings.packs.own),
    (pyodide) => runTopLevel(pyodide, settings, {}),
  );
}

// Returns the guest's Python module, ready for calls. Every failure is reported to pyw as an event before it is
// thrown, and stays: an isolate starts once.
// `running` are the events under way, each with the handler's name, `where`.
export async function startPython(settings, importModule, running) {
  const { own } = settings.packs;
  await endRehearsal();
  const pyodide = await (prepared ?? boot(settings, importModule, own));
  if (prepared) {
    for (const pack of await Promise.all(own.map(readFile))) addModules(pyodide, pack);
  }
  await load(pyodide, settings);
  const guest = pyodide.pyimport("_pyw_guest");
  takeTurns((...calls) => guest.before_first_request(...calls));
  // The call during which it happens never returns.
  pyodide._api.on_fatal = (error) => {
    report({ event: "fatal", message: String(error?.stack ?? error), running: [...running].map(({ where }) => where) });
  };
  return guest;
}

async function boot(settings, importModule, own) {
  try {
    const host = hostModule(importModule);
    const [packs, opened] = await Promise.all([readPacks(settings, own), openIfAny(settings)]);
    let pyodide = await bootFromSnapshot(settings, packs, opened, { host, flags: settings.flags });
    if (!pyodide) {
      if (settings.packs.libraries) packs.session.push(await readFile(settings.packs.libraries));
      pyodide = await bootPython(settings, packs);
      pyodide.registerJsModule("_pyodide_entrypoint_helper", host);
      pyodide.registerJsModule("_cloudflare_compat_flags", settings.flags);
    }
    await pyodide._api.initializeNodeSockFS?.(connect);
    return pyodide;
  } catch (error) {
    report({ event: "boot-failed", message: String(error?.stack ?? error) });
    throw error;
  }
}

// Runs the top level of the user's code, under the rules that the platform has for it.
async function load(pyodide, settings) {
  const outcome = {};
  try {
    const found = await runTopLevel(pyodide, settings, outcome);
    report({ event: "started", classes: found.classes, handlers: found.handlers });
  } catch (error) {
    if (outcome.report === undefined) {
      report({ event: "fatal", during: "start", message: String(error?.stack ?? error) });
      throw error;
    }
    const described = JSON.parse(outcome.report);
    report({ event: "start-failed", ...described });
    throw new PythonError(described.type, described.traceback);
  }
}

async function runTopLevel(pyodide, settings, outcome) {
  const guest = pyodide.pyimport("_pyw_guest");
  beginTopLevel(() => pyodide._module.HEAPU8.buffer);
  try {
    return await runAtTopLevel(() => callPromising(guest.load, settings, outcome));
  } finally {
    endTopLevel();
  }
}

// undefined when there is no snapshot, or none that can be used: then it is a start like the first.
async function bootFromSnapshot(settings, packs, opened, roots) {
  if (!opened) return undefined;
  try {
    return await bootPython(settings, packs, { snapshot: { ...opened, roots } });
  } catch (error) {
    return unusable(error);
  }
}

// The snapshot named by the settings, open for reading; undefined when there is none, or none that can be read.
export async function openIfAny({ snapshot, packs }) {
  if (!snapshot) return undefined;
  try {
    const { body } = await openFile(snapshot);
    const opened = await openSnapshot(body);
    await readLibraries(packs, opened.description);
    return opened;
  } catch (error) {
    return unusable(error);
  }
}

// The libraries that are needed are known: their bytes need not stay, as files they are there compressed.
async function readLibraries(packs, { libraries }) {
  if (!packs.libraries || libraries.every(isCompiled)) return;
  const pack = await readFile(packs.libraries);
  compileLibraries(libraries, new Map([...filesIn(pack)].map(([path, bytes]) => [`${SESSION}/${path}`, bytes])));
  free(pack);
}

function unusable(error) {
  report({ event: "snapshot-unusable", message: String(error?.stack ?? error) });
}

export async function readPacks({ packs }, own) {
  const compiled = await pythonModule(packs.python); // first: the others then take the memory that it gives back
  createModuleFunction(); // while V8's threads compile
  const [library, session, libraryZip] = await Promise.all([
    Promise.all(packs.library.map(readFile)),
    Promise.all([...packs.session, ...own].map(readFile)),
    packs.libraryZip && readFile(packs.libraryZip),
  ]);
  return { python: await compiled(), library, session, libraryZip };
}

// Pyodide's code. Embedded in the configuration it would stay in memory three times as long as the process lives
// (measured: 28 MB and 24 ms for its 9.6 MB); a Worker that another one has loaded gets it as a module.
let python;

async function pythonModule(code) {
  if (code instanceof WebAssembly.Module) return () => code;
  python ??= compileAndFree(await readFile(code));
  return python;
}

function compileAndFree(bytes) {
  const compiled = compileAside(bytes);
  free(bytes);
  let module;
  return async () => (module ??= await compiled());
}

// Reads files before they are asked for: the next to ask for one of these paths gets it at once.
const readAhead = new Map();

export async function readFilesAhead(paths) {
  await Promise.all(paths.map(async (path) => readAhead.set(path, await readFile(path))));
}

// Through a service that stands for the whole disk: bytes in the configuration cost workerd five
// times as long (measured: 7 ms a megabyte against 1.5).
export async function openFile(path) {
  const url = "http://files" + path.split("/").map(encodeURIComponent).join("/");
  const response = await hiddenBindings[FILES_BINDING].fetch(url);
  if (!response.ok) throw new Error(`${path} cannot be read (${response.status})`);
  return response;
}

// In pieces: arrayBuffer() takes twice the file's size on the way, which the process then keeps.
async function readFile(path) {
  if (path instanceof ArrayBuffer) return path; // of a Worker that another one has loaded
  const known = readAhead.get(path);
  if (known) return known;
  const { headers, body } = await openFile(path);
  return await readBytes(body.getReader({ mode: "byob" }), Number(headers.get("content-length")));
}
