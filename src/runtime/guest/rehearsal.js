// Has V8 compile, while nobody waits, what a start and a first request run: by doing both in an instance of Python that is
// then thrown away. V8 compiles a function of WebAssembly when it is first called, and keeps the code for the instances
// after it (measured, FastAPI, of a save: 34 ms from the modules to the answer instead of 102).
import { holdCallbacks } from "./event_loop.js";
import { setSchedule } from "./loader.js";

const LOOK_AGAIN_MS = 1;
const PATIENCE_MS = 10_000;
let isUnderWay = false;
let isOver = false;

// `boot` starts Python with the Worker's modules as they are now, `runTopLevel` runs its top level; returns whether it came to
// the end. What fails here, the Worker tells when it starts. Nothing that its code asks for comes to pass: its callbacks
// are not called, what it prints is not shown, what it adds to globalThis is taken away.
export async function rehearse(boot, runTopLevel) {
  if (isOver) return false;
  isUnderWay = true;
  const names = new Set(Reflect.ownKeys(globalThis));
  try {
    const pyodide = await boot();
    if (isOver) return false;
    pyodide.setStdout({ batched() {} });
    pyodide.setStderr({ batched() {} });
    const callbacks = holdCallbacks();
    setSchedule(pyodide, callbacks.schedule);
    await runTopLevel(pyodide);
    if (isOver || callbacks.held.length > 0) return false;
    callbacks.letGo();
    await serveOnce(pyodide);
    return true;
  } catch {
    return false;
  } finally {
    for (const name of Reflect.ownKeys(globalThis)) {
      if (!names.has(name)) delete globalThis[name];
    }
    isUnderWay = false;
  }
}

// Before the start that it was for; what is left of it is left out. The promise of another request is not waited for: with
// compatibility dates before 2024-10-14 this one would go on in that one's context. Where it does not end (workerd may have
// cut it off), this fails, and pyw starts the Worker in another process.
export async function endRehearsal() {
  isOver = true;
  for (let waited = 0; isUnderWay; waited += LOOK_AGAIN_MS) {
    if (waited > PATIENCE_MS) throw new Error("the rehearsal of the start does not end");
    await scheduler.wait(LOOK_AGAIN_MS);
  }
}

// A first request, of python/_pyw_warm.py.
export async function serveOnce(pyodide) {
  if (!pyodide.pyimport("sys").modules.has("workers")) return; // its handlers do without the SDK
  const context = { waitUntil: () => {}, passThroughOnException: () => {} };
  const request = new Request("http://localhost/", { headers: { accept: "*/*" } });
  pyodide.pyimport("_pyw_warm").begin();
  const { create_and_call: call } = pyodide.pyimport("_pyw_guest");
  const answer = await call.callPromising({}, "Default", context, {}, "fetch", "request", request);
  await answer.text();
}
