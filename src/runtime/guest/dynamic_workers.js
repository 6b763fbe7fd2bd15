// The binding of a Worker Loader (`worker_loaders`): workerd's own, but for Workers in Python. Those workerd would run
// on a Python that it fetches; here they get the guest that every Worker of pyw has, as modules in JavaScript that
// come before theirs.
//
// Bindings within: `loader`, workerd's own; `files`, the whole disk; `description`, the path of dynamic.json
// (src/runtime/dynamic_workers.hpp), empty for a Worker in JavaScript.
import { makePack } from "pyw:files";

const OWN = "__pyw/";
const MAIN = "__pyw_main.js";
const FILES_BINDING = "__pyw_files"; // shims.js takes it out of sight
// By this name shims.js tells which bytes Python's start has had compiled, before user code runs, and removes it.
const TELL_COMPILED = "__pyw_compiled";

export default function makeLoader({ loader, files, description }) {
  let compiled = () => new Map();
  let parts;
  const read = (path) => (parts ??= readParts(files, path));
  const changed = async (code) => {
    if (!isPython(code)) return code;
    if (!description) throw new Error("a Worker in JavaScript cannot load Workers in Python here; one in Python can");
    return asJavaScript(code, await read(description), { compiled: compiled(), files });
  };
  class WorkerLoader {
    get(name, getCode) {
      return loader.get(name, async () => await changed(await getCode()));
    }
    load(code) {
      return isPython(code) ? loader.get(null, () => changed(code)) : loader.load(code);
    }
  }
  Object.defineProperty(WorkerLoader.prototype, TELL_COMPILED, {
    value: (tell) => void (compiled = tell),
    configurable: true,
  });
  return new WorkerLoader();
}

function isPython(code) {
  const main = code?.modules?.[code.mainModule];
  return typeof main === "string" ? code.mainModule.endsWith(".py") : main?.py !== undefined;
}

async function fetchFile(files, path) {
  const response = await files.fetch("http://files" + path.split("/").map(encodeURIComponent).join("/"));
  if (!response.ok) throw new Error(`${path} cannot be read (${response.status})`);
  return response;
}

// What all of them have in common.
async function readParts(files, description) {
  const { modules, settings, flagRules } = await (await fetchFile(files, description)).json();
  const loaded = await Promise.all(
    Object.entries(modules).map(async ([name, path]) => {
      const response = await fetchFile(files, path);
      const isBytes = name.endsWith(".wasm");
      return [OWN + name, isBytes ? { wasm: await response.arrayBuffer() } : { js: await response.text() }];
    }),
  );
  return { modules: Object.fromEntries(loaded), settings, flagRules };
}

function asJavaScript(code, { modules, settings, flagRules }, { compiled, files }) {
  const { mainModule, compatibilityDate, compatibilityFlags = [] } = code;
  const own = [];
  const others = {};
  for (const [name, module] of Object.entries(code.modules)) {
    if (name === MAIN || name.startsWith(OWN)) throw new TypeError(`a module cannot be named "${name}" here`);
    const bytes = contentOf(name, module);
    if (bytes) own.push([name, bytes]);
    if (!isPythonModule(name, module)) others[name] = module;
  }
  const text = code.modules[mainModule].py ?? code.modules[mainModule];
  const flags = flagsOf(flagRules, compatibilityDate, compatibilityFlags);
  const { classes, handlers } = scan(text, !flags.python_no_global_handlers);
  const described = {
    ...settings,
    entry: mainModule.replace(/\.py$/, "").replaceAll("/", "."),
    legacyHandlers: !flags.python_no_global_handlers,
    processPth: flags.python_process_pth_files,
    exports: classes,
    handlers,
    flags,
  };
  return {
    ...code,
    mainModule: MAIN,
    compatibilityFlags: workerdFlags(compatibilityDate, compatibilityFlags),
    env: { ...code.env, [FILES_BINDING]: files },
    modules: {
      ...others,
      ...modules,
      ...compiledModules(compiled),
      [MAIN]: { js: mainText(classes) },
      [OWN + "settings.json"]: { json: described },
      [OWN + "own.bin"]: { data: makePack(own).buffer },
    },
  };
}

// --- Its modules ---

const isPythonModule = (name, module) => (typeof module === "string" ? name.endsWith(".py") : module.py !== undefined);

// What Python finds as a file; undefined for what only JavaScript imports.
function contentOf(name, module) {
  const asBytes = (text) => new TextEncoder().encode(text);
  if (isPythonModule(name, module)) return asBytes(module.py ?? module);
  if (module.text !== undefined) return asBytes(module.text);
  if (module.json !== undefined) return asBytes(JSON.stringify(module.json));
  if (module.data !== undefined) return new Uint8Array(module.data);
  return undefined;
}

// WebAssembly is not compiled from bytes in there: what this Worker's Python needed goes along, by its bytes.
function compiledModules(compiled) {
  const modules = {};
  const lines = [`import { smallModules } from "./shims.js";`];
  let number = 0;
  for (const [key, bytes] of compiled) {
    modules[`${OWN}compiled/${number}.wasm`] = { wasm: bytes };
    lines.push(`import m${number} from "./compiled/${number}.wasm";`, `smallModules.set("${key}", m${number});`);
    number++;
  }
  modules[OWN + "compiled.js"] = { js: lines.join("\n") };
  return modules;
}

function mainText(classes) {
  const lines = [
    `import "./${OWN}shims.js";`,
    `import "./${OWN}compiled.js";`,
    `import { declare } from "./${OWN}entrypoint.js";`,
    `import settings from "./${OWN}settings.json";`,
    `import own from "./${OWN}own.bin";`,
    `import python from "./${OWN}pyodide.asm.wasm";`,
    `const packs = { ...settings.packs, own: [own], python };`,
    `const worker = declare({ ...settings, packs, dynamic: true }, (name) => import(name));`,
    `export default worker.default;`,
  ];
  classes.forEach(({ name }, number) => {
    if (name === "Default" || name === "default") return;
    lines.push(`const export${number} = worker.named("${name}");`, `export { export${number} as ${name} };`);
  });
  return lines.join("\n");
}

// --- What its text says ---

// Classes and, where flags allow them, handlers of the top level. What a class is, its bases say; one without a base
// known here is asked for as an ordinary entrypoint, if at all. A text without either is asked for `Default`: Python then
// says what is wrong with it.
function scan(text, mayHaveHandlers) {
  const kinds = new Map([["DurableObject", "durableObject"], ["WorkflowEntrypoint", "workflow"]]);
  const classes = new Map();
  for (const [, name, bases] of text.matchAll(/^class[ \t]+([A-Za-z]\w*)[ \t]*(?:\(([^)]*)\))?/gm)) {
    const known = (bases ?? "").split(",").map((base) => kinds.get(base.trim().split(".").at(-1)));
    const kind = known.find((each) => each) ?? "worker";
    kinds.set(name, kind);
    classes.set(name, { name, kind });
  }
  const imported = [...text.matchAll(/^from[ \t]+\S+[ \t]+import[ \t]+(\([^)]*\)|.*)/gm)].flatMap(([, list]) =>
    list.replace(/[()]|#.*/g, "").split(",").map((each) => each.trim().split(/\s+/).at(-1)));
  for (const name of imported) {
    if (/^[A-Z]\w*$/.test(name) && !classes.has(name)) classes.set(name, { name, kind: kinds.get(name) ?? "worker" });
  }
  const functions = mayHaveHandlers ? [...text.matchAll(/^(?:async[ \t]+)?def[ \t]+on_(\w+)/gm)] : [];
  const handlers = functions.map(([, name]) => name);
  if (handlers.length === 0 && !classes.has("Default")) classes.set("Default", { name: "Default", kind: "worker" });
  return { classes: [...classes.values()], handlers };
}

function flagsOf(rules, date, given) {
  const decided = rules.map(({ enable, disable, since }) => {
    const byDate = since !== "" && date >= since && !given.includes(disable);
    return [enable, given.includes(enable) || byDate];
  });
  return Object.fromEntries(decided);
}

// The same as workerd_flags in src/runtime/compatibility.cpp.
function workerdFlags(date, given) {
  const kept = given.filter((flag) => !/^(no_|disable_|enable_)?python_/.test(flag) && flag !== "disallow_importable_env");
  return [...new Set(date < "2024-10-14" ? ["handle_cross_request_promise_resolution", ...kept] : kept)];
}
