// Pyodide's own JavaScript, made a function when a start begins and not with the isolate: V8 takes as long to read its
// 1.2 MB as its threads take to check the WebAssembly, and both can go on at once (docs/performance.md).
import { evaluate } from "./shims.js";
import code from "./pyodide.asm.mjs"; // its text; in a Worker that another one has loaded, the function

const EXPORT = "export default _createPyodideModule;";

let made;

export function createModuleFunction() {
  return (made ??= typeof code === "function" ? code : evaluate(asExpression(code), "__pyw/pyodide.asm.mjs"));
}

function asExpression(source) {
  const end = source.lastIndexOf(EXPORT);
  if (end < 0) throw new Error("Pyodide's JavaScript does not end as expected");
  const body = source.slice(0, end).replaceAll("import.meta.url", JSON.stringify(import.meta.url));
  // What stands in parentheses V8 reads once; else a first time to see where it ends.
  if (body.startsWith("async function")) return `"use strict";(${body})`;
  return `"use strict";(() => {${body}\nreturn _createPyodideModule;})()`;
}
