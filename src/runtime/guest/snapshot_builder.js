// The batch mode of the guest that makes a memory snapshot, run by `workerd test`: Pyodide starts, imports packages
// (layer "packages") or runs the Worker's top level (layer "dedicated"), and its memory is kept.
//
// Binding: OUTPUT, a folder to write. The settings say what to import, which names `env` would have, and `output`, a
// file name; `output`.json tells pyw how it went.
import { pendingCallbacks } from "./event_loop.js";
import { bootPython } from "./loader.js";
import { hostModule } from "./host.js";
import { rooted } from "./snapshot.js";
import { Recorder } from "./snapshot_recorder.js";
import { beginTopLevel, streamed } from "./shims.js";
import { readPacks } from "./start.js";

// `limit`: the milliseconds that imports or the top level may take.
export async function buildSnapshot(settings, env, importModule, limit) {
  const clock = Date.now;
  const outcome = await make(settings, importModule, clock, limit);
  const put = async (name, body) => {
    const written = await env.OUTPUT.fetch(`http://output/${name}`, { method: "PUT", body });
    if (!written.ok) throw new Error(`${name} cannot be written (${written.status})`);
  };
  if (outcome.bytes) await put(settings.output, outcome.bytes);
  delete outcome.bytes;
  await put(`${settings.output}.json`, JSON.stringify(outcome));
}

// {bytes} when it went well; else {failed}, an exception of the top level (with `late` the one that we raised in it), or
// {refused}, a list of what cannot be saved.
async function make(settings, importModule, clock, limit) {
  const imports = importClock(clock);
  const packs = await readPacks(settings, settings.packs.own);
  freezeClock();
  const recorder = new Recorder(packs.python);
  const pyodide = await bootPython(settings, packs, { recorder });
  const module = pyodide._module;
  const host = { ...hostModule(importModule, guardedEnvironment(settings.envNames)), tick: imports.tick };
  pyodide.registerJsModule("_pyodide_entrypoint_helper", rooted(host, "host"));
  pyodide.registerJsModule("_cloudflare_compat_flags", rooted(settings.flags, "flags"));
  beginTopLevel(() => module.HEAPU8.buffer);
  recorder.started(module);
  const guest = pyodide.pyimport("_pyw_snapshot");
  const run = guest.make;
  // Text in, text out, and no proxy left: one that is kept would be part of the snapshot.
  const text = JSON.stringify(settings);
  const end = clock() + limit; // Python has started: what counts is the code
  const { value, late } = await interrupted(pyodide, () => clock() > end, () => run.callPromising(text));
  const made = JSON.parse(value);
  run.destroy();
  guest.destroy();
  const report = { imports: imports.events, took: clock() - imports.start };
  if (made.failed) return { failed: made.failed, late, ...report };
  const problems = [...recorder.problems(module), ...made.problems];
  if (pendingCallbacks() > 0) problems.push({ kind: "task", what: "a callback that waits to be called (call_soon, call_later)" });
  if (problems.length > 0) {
    return { refused: problems.map((one) => explained(pyodide, one)), ...report };
  }
  wipeFree(module);
  const { found, entropy, skipped, ahead } = made;
  const bytes = recorder.encode(module, { layer: settings.layer, python: settings.python, found, entropy });
  return { bytes, skipped, ahead, ...report };
}

// Runs Python, and raises KeyboardInterrupt in it once `isLate`. Pyodide looks every few thousand steps whether a number
// waits in its interrupt buffer; nobody else runs in this thread who could put one there, so that the look itself asks.
async function interrupted(pyodide, isLate, run) {
  const keyboardInterrupt = 2;
  let late = false;
  pyodide.setInterruptBuffer({
    get 0() {
      const now = !late && isLate();
      late ||= now;
      return now ? keyboardInterrupt : 0;
    },
    set 0(_value) {},
  });
  try {
    const value = await run();
    return { value, late };
  } catch (error) {
    if (!late) throw error;
    return { value: '{"failed": {}}', late }; // it hit our own code around the user's
  } finally {
    pyodide.setInterruptBuffer(undefined);
  }
}

// Looks in Python for who holds what cannot be saved. The interpreter is of no use afterwards.
function explained(pyodide, problem) {
  const { value: wanted, ...described } = problem;
  const isWanted = (value) => value === wanted;
  const search = pyodide.pyimport("_pyw_snapshot").explain;
  return JSON.parse(search(JSON.stringify(described), isWanted));
}

// The same inputs shall give the same bytes, and time must not run backwards in those that start from it.
function freezeClock() {
  const start = Date.UTC(2020, 0, 1);
  Date.now = () => start;
  performance.now = () => 0;
}

// Python tells when an import begins (its name) and when it ends (""); the times stay outside Python's memory.
function importClock(clock) {
  const start = clock();
  const events = [];
  return { start, events, tick: (name) => void events.push([name, clock() - start]) };
}

// A snapshot is a file: what an environment holds (secrets above all) must not get into it.
function guardedEnvironment(names) {
  return new Proxy(Object.create(null), {
    get(_target, name) {
      if (!names.includes(name)) return undefined;
      throw new Error(
        `env.${name} was read at the top level: it would be stored in the memory snapshot that later starts continue from`,
      );
    },
    has: (_target, name) => names.includes(name),
  });
}

// The first request that does not fit makes the heap grow by about this.
const LARGEST_WIPED = 1 << 19;
const SMALLEST_WIPED = 16;

// Overwrites what C code has given back, and the unused part of the stack: old contents are nobody's business and
// differ for no reason. Blocks are asked for in falling sizes until the heap would have to grow.
function wipeFree(module) {
  const { malloc, free, emscripten_stack_get_end, emscripten_stack_get_current } = streamed.instance.exports;
  const end = module.HEAPU32[module._emscripten_get_sbrk_ptr() >>> 2];
  const held = [];
  for (let size = LARGEST_WIPED; size >= SMALLEST_WIPED; size >>>= 1) {
    for (;;) {
      const address = malloc(size);
      const isOld = address !== 0 && address + size <= end;
      if (!isOld) {
        free(address);
        break;
      }
      module.HEAPU8.fill(0, address, address + size);
      held.push(address);
    }
  }
  for (const address of held) free(address);
  // The stack grows down, towards its end.
  module.HEAPU8.fill(0, emscripten_stack_get_end(), emscripten_stack_get_current());
}
