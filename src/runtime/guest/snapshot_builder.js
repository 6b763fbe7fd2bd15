// The batch mode of the guest that makes a memory snapshot, run by `workerd test`: Pyodide starts, imports the packages
// that the Worker's modules import, and its memory is kept.
//
// Binding: OUTPUT, a folder to write. The settings say `imports`, names of modules, and `output`, a file name.
import pyodideWasm from "./pyodide.asm.wasm";
import { bootPython } from "./loader.js";
import { hostModule } from "./host.js";
import { report } from "./report.js";
import { Recorder, rooted } from "./snapshot.js";
import { readPacks } from "./start.js";

export async function buildSnapshot(settings, env, importModule) {
  const packs = await readPacks(settings);
  freezeClock();
  const recorder = new Recorder(pyodideWasm);
  const pyodide = await bootPython(settings, packs, { recorder });
  const host = rooted(hostModule(importModule), "host");
  pyodide.registerJsModule("_pyodide_entrypoint_helper", host);
  pyodide.registerJsModule("_cloudflare_compat_flags", rooted(settings.flags, "flags"));
  // Text in, text out: a proxy that is kept would be part of the snapshot.
  const failed = pyodide.runPython(
    `__import__("_pyw_guest").prepare(${JSON.stringify(JSON.stringify(settings))})`,
  );
  const bytes = recorder.finish(pyodide._module);
  const written = await env.OUTPUT.fetch(`http://output/${settings.output}`, { method: "PUT", body: bytes });
  if (!written.ok) throw new Error(`${settings.output} cannot be written (${written.status})`);
  report({ event: "snapshot", output: settings.output, bytes: bytes.length, failed: JSON.parse(failed) });
}

// The same inputs shall give the same bytes, and time must not run backwards in those that start from it.
function freezeClock() {
  const start = Date.UTC(2020, 0, 1);
  Date.now = () => start;
  performance.now = () => 0;
}
