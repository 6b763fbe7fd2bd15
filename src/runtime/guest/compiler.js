// The batch mode of the guest, run by `workerd test`: lets Pyodide itself compile Python files to
// byte code and leaves the result where pyw keeps it. Only that interpreter can write it: the
// format belongs to the exact version of Python.
//
// Bindings: INPUT, a folder to read; OUTPUT, a folder to write; JOBS, a list of
// {input, output, kind, prefix}: `kind` is "zip" (Pyodide's standard library), "pack", or "check" for a
// pack whose faults are only listed.
import { bootPython } from "./loader.js";
import { endTopLevel } from "./shims.js";
import { makePack } from "./files.js";
import { report } from "./report.js";

export async function compileAll(settings, packs, env) {
  const pyodide = await bootPython(settings, packs);
  endTopLevel();
  const compiler = pyodide.pyimport("_pyw_compile");
  for (const job of env.JOBS) {
    const input = await env.INPUT.fetch(`http://input/${job.input}`);
    if (!input.ok) throw new Error(`${job.input} cannot be read (${input.status})`);
    const files = [];
    const bytes = new Uint8Array(await input.arrayBuffer());
    compiler.compile_all(job.kind, job.prefix, bytes, (path, code) => files.push([path, code]));
    const written = await env.OUTPUT.fetch(`http://output/${job.output}`, {
      method: "PUT",
      body: makePack(files),
    });
    if (!written.ok) throw new Error(`${job.output} cannot be written (${written.status})`);
    report({ event: "compiled", output: job.output, files: files.length });
  }
}
