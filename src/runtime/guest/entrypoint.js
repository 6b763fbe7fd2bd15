// Turns the classes and handlers of the user's Python module into what workerd exports.
import { connect } from "cloudflare:sockets";
import * as cloudflareWorkers from "cloudflare:workers";
import { allowEntropy, bootPython, leaveGlobalScope } from "./loader.js";
import { hostModule } from "./host.js";
import { GuestError, report } from "./report.js";

// How the arguments and the result of a call are converted; `python/_pyw_guest.py` does it.
const RPC = "rpc"; // converted both ways, exactly the given arguments
const FETCH = "fetch"; // converted both ways, surplus arguments dropped
const RAW = "raw"; // as workerd gives them, surplus arguments dropped
const EVENT = "event"; // (event, env, ctx), as module handlers get them; surplus dropped

const DURABLE_OBJECT_EVENTS = ["alarm", "webSocketMessage", "webSocketClose", "webSocketError"];
const WORKER_EVENTS = ["scheduled", "queue", "email", "tail", "tailStream", "trace"];
const MODULE_HANDLERS = ["fetch", "test", ...WORKER_EVENTS];
const BASES = {
  worker: cloudflareWorkers.WorkerEntrypoint,
  durableObject: cloudflareWorkers.DurableObject,
  workflow: cloudflareWorkers.WorkflowEntrypoint,
};

let guest;
let entropyAllowed = false;

// Starts Python, imports the user's entry module and returns the Worker's exports:
// `default` and `named(NAME)`. `importModule` imports a JavaScript module of the Worker.
// Every failure is reported to pyw as an event before it is thrown.
export async function start(settings, packs, importModule) {
  let pyodide;
  try {
    pyodide = await bootPython(settings, packs);
  } catch (error) {
    report({ event: "boot-failed", message: String(error?.stack ?? error) });
    throw error;
  }
  pyodide.registerJsModule("_pyodide_entrypoint_helper", hostModule(importModule));
  pyodide.registerJsModule("_cloudflare_compat_flags", settings.flags);
  await pyodide._api.initializeNodeSockFS?.(connect);
  guest = pyodide.pyimport("_pyw_guest");

  const outcome = {};
  let found;
  try {
    found = await guest.load.callPromising(settings, outcome);
  } catch (error) {
    throw failure("start-failed", error, outcome, { during: "start" });
  }
  const classes = found.classes;
  report({ event: "started", classes, handlers: found.handlers });
  leaveGlobalScope();
  return exportsOf(classes, found.handlers, settings);
}

function exportsOf(classes, handlers, settings) {
  const made = new Map();
  for (const { name, kind, methods } of classes) {
    made.set(name, entrypointClass(name, kind, methods, settings.legacyHandlers));
  }
  return {
    default: made.get("Default") ?? moduleHandlers(handlers),
    // A name that turned out not to be an entrypoint is exported as an object without handlers:
    // workerd wants every export to be a class or an object.
    named: (name) => made.get(name) ?? {},
  };
}

function entrypointClass(className, kind, methods, legacyHandlers) {
  const Base = BASES[kind];
  const entrypoint = {
    [className]: class extends Base {
      // Made by the first call, inside a promising call, so that `__init__` may use run_sync.
      // A Durable Object lives as long as its instance; a failure to make it is kept likewise.
      instance;
    },
  }[className];
  for (const method of methods) {
    const name = legacyHandlers ? method.replace(/^on_(?=fetch$|alarm$|webSocket)/, "") : method;
    const mode = callMode(kind, name);
    Object.defineProperty(entrypoint.prototype, name, {
      configurable: true,
      writable: true,
      value: async function (...args) {
        beforeHandler();
        this.instance ??= invoke(`${className}()`, guest.create, className, this.ctx, this.env);
        const instance = await this.instance;
        // workerd gives a class no second and third argument; the platform documents them.
        if (mode === EVENT) args = [args[0], this.env, this.ctx];
        return invoke(`${className}.${method}`, guest.call_method, instance, method, mode, ...args);
      },
    });
  }
  return entrypoint;
}

function callMode(kind, name) {
  if (name === "connect") return RAW;
  if (name === "fetch" || name === "test") return FETCH;
  if (kind === "workflow" && name === "run") return RAW;
  if (kind === "durableObject" && DURABLE_OBJECT_EVENTS.includes(name)) return RAW;
  if (kind === "worker" && WORKER_EVENTS.includes(name)) return EVENT;
  return RPC;
}

// The handlers of 2024: functions of the module, `on_fetch(request, env, ctx)` and its like.
function moduleHandlers(handlers) {
  const exported = {};
  for (const name of MODULE_HANDLERS) {
    if (!handlers.includes(name)) continue;
    exported[name] = async (...args) => {
      beforeHandler();
      return invoke(`on_${name}`, guest.call_handler, name, ...args);
    };
  }
  return exported;
}

function beforeHandler() {
  if (entropyAllowed) return;
  entropyAllowed = true;
  allowEntropy();
  guest.before_first_request();
}

async function invoke(where, pythonFunction, ...args) {
  const outcome = {};
  try {
    return await pythonFunction.callPromising(outcome, ...args);
  } catch (error) {
    throw failure("exception", error, outcome, { where });
  }
}

// `outcome.report` was written by Python if the exception came through it; an error without one
// is Pyodide's own, after which the interpreter cannot be used.
function failure(event, error, outcome, details) {
  if (outcome.report === undefined) {
    report({ event: "fatal", ...details, message: String(error?.stack ?? error) });
    return error;
  }
  const described = JSON.parse(outcome.report);
  report({ event, ...details, ...described });
  return new GuestError(described.type, described.traceback);
}
