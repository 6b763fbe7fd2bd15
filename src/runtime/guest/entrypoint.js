// What workerd sees of a Python Worker: classes and handlers that pass every call on to Python.
//
// They exist before Python does. workerd wants a Worker's exports when it loads the main module, at which time no file
// can be read; Python starts with the first call (start.js), which in development is one that pyw makes itself.
import * as cloudflareWorkers from "cloudflare:workers";
import { callPromising } from "./event_loop.js";
import { preparePython, rehearseStart, startPython } from "./start.js";
import { failed, withoutDetails } from "./failed.js";
import { PythonError, report, tellNothing } from "./report.js";
import { addDataMethods } from "./object_methods.js";
import { FILES_BINDING, FRONT_BINDING, NAMES_BINDING, countFetches, hiddenBindings } from "./shims.js";

// What happens without being asked. In development it waits until the Worker serves (`settings.eventsWait`): a message that ends
// the interpreter is there again at each start, and would keep it from ever serving.
const BY_ITSELF = ["scheduled", "queue", "alarm", "run"];
const LOOK_AGAIN_MS = 20;

// How the arguments and the result of a call are converted; `python/_pyw_guest.py` does it.
const RPC = "rpc"; // converted both ways, exactly the given arguments
const FETCH = "fetch"; // converted both ways, surplus arguments dropped
const REQUEST = "request"; // the same where it is known what there is to convert: of a request
const RAW = "raw"; // as workerd gives them, surplus arguments dropped
const EVENT = "event"; // (event, env, ctx), as module handlers get them; surplus dropped

const EVENTS = {
  worker: ["scheduled", "queue", "email", "tail", "tailStream", "trace"],
  durableObject: ["alarm", "webSocketMessage", "webSocketClose", "webSocketError"],
  workflow: ["run"],
};
// In classes of 2024 these methods are named on_fetch and so on.
const NAMED_WITH_ON = ["fetch", "connect", ...EVENTS.durableObject];
const BASES = {
  worker: cloudflareWorkers.WorkerEntrypoint,
  durableObject: cloudflareWorkers.DurableObject,
  workflow: cloudflareWorkers.WorkflowEntrypoint,
};

// The exports of the Worker that `settings` (settings.json) describes: `default`, `named(NAME)`; `starter`, an
// entrypoint that does nothing but wait until Python has started, or for /prepare could run the Worker's top level, for
// /rehearse has done so once, or for /events let in what happens by itself; `front`, where pyw's socket leads; and `answer`, (request, env, ctx) => response. `importModule` imports one of the Worker's
// modules; `counter` is subrequests.js, where requests are limited.
export function declare(settings, importModule, counter) {
  if (settings.dynamic) tellNothing();
  if (counter) {
    counter.limitSubrequests(settings.subrequests, countFetches);
    const bindings = [hiddenBindings[FILES_BINDING], globalThis.caches?.default, ...Object.values(cloudflareWorkers.env)];
    bindings.forEach(counter.countCallsOf);
    countedRun = counter.countedRun;
  }
  let started;
  const events = new Events(!settings.eventsWait);
  const start = () => (started ??= startPython(settings, importModule, events.running));
  const made = new Map();
  for (const { name, kind } of settings.exports) {
    made.set(name, entrypointClass(name, kind, settings, start, events));
  }
  const handlers = made.has("Default") ? undefined : moduleHandlers(settings.handlers, start, events);
  const answer = handlers ? handlers.fetch : fetchOfDefault(settings, start);
  return {
    default: made.get("Default") ?? handlers,
    named: (name) => made.get(name),
    answer,
    front: frontClass(answer, settings.served ? withoutDetails : failed),
    starter: class extends cloudflareWorkers.WorkerEntrypoint {
      async fetch(request) {
        const { pathname } = new URL(request.url);
        if (pathname === "/events") events.letIn();
        else if (pathname === "/prepare") await preparePython(settings, importModule);
        else if (pathname === "/rehearse") return new Response(null, { status: (await this.#rehearsal()) ? 204 : 202 });
        else await start();
        return new Response(null, { status: 204 });
      }

      // Also when nobody waits for it any more, which is when a save has come: it leaves things as they were.
      async #rehearsal() {
        const ended = rehearseStart(settings, importModule);
        this.ctx.waitUntil(ended);
        return await ended;
      }
    },
  };
}

class Events {
  #open;
  running = new Set(); // what a fatal error may come from

  constructor(open) {
    this.#open = open;
  }

  letIn() {
    this.#open = true;
  }

  async run(where, name, call) {
    if (!BY_ITSELF.includes(name)) return await call();
    // Each looks for itself: a promise that another request settles goes on in that one, with dates before 2024-10-14.
    while (!this.#open) await scheduler.wait(LOOK_AGAIN_MS);
    const entry = { where };
    this.running.add(entry);
    try {
      return await call();
    } finally {
      this.running.delete(entry);
    }
  }
}

// What guest/front.js or edge_front.js does, within the Worker's own isolate: a request then costs no crossing from one isolate to
// another, which is a fifth of what a small one takes (measured: docs/performance.md). Triggers it leaves to front.js.
function frontClass(answer, failed) {
  return class extends cloudflareWorkers.WorkerEntrypoint {
    async fetch(request) {
      if (!answer || request.url.includes("/cdn-cgi/")) return await hiddenBindings[FRONT_BINDING].fetch(request);
      try {
        return await answer(request, this.env, this.ctx);
      } catch (error) {
        return failed(request, error);
      }
    }
  };
}

function fetchOfDefault(settings, start) {
  const call = caller("Default", "worker", settings, start);
  return (request, env, ctx) => call({ ctx, env }, "fetch", [request]);
}

// (self, name, args) => the result of the Python method, where `self` has `ctx` and `env`.
function caller(className, kind, settings, start) {
  // A Durable Object lives as long as its instance; a failure to make it is kept likewise. The
  // first call makes it, so that `__init__` may use run_sync.
  const instances = new WeakMap();
  return async (self, name, args) => {
    const guest = await start();
    const { ctx, env } = self;
    const ray = rayOf(name, args);
    const mode = callMode(kind, name, args);
    // workerd gives a class no second and third argument; the platform documents them.
    if (mode === EVENT) args = [name === "email" ? withStream(args[0]) : args[0], env, ctx];
    const method = settings.legacyHandlers && NAMED_WITH_ON.includes(name) ? `on_${name}` : name;
    if (kind === "worker" && mode !== RPC) {
      // workerd makes one for each event: made and called in one go, it costs one crossing less.
      const where = `${className}.${method}`;
      return invoke({ where, ray }, guest.create_and_call, className, ctx, env, method, mode, ...args);
    }
    const make = () => invoke({ where: `${className}()`, ray }, guest.create, className, ctx, env);
    if (!instances.has(self)) {
      instances.set(self, make());
      if (kind === "durableObject") noteName(ctx);
    }
    const instance = await instances.get(self);
    return invoke({ where: `${className}.${method}`, ray }, guest.call_method, instance, method, mode, ...args);
  };
}

function entrypointClass(className, kind, settings, start, events) {
  const call = caller(className, kind, settings, start);
  const entrypoint = {
    [className]: class extends BASES[kind] {
      constructor(ctx, env) {
        super(ctx, env);
        // Which methods there are, Python knows, later.
        return new Proxy(this, {
          get(self, name) {
            if (typeof name !== "string" || name.startsWith("_") || FIXED.includes(name)) {
              return Reflect.get(self, name);
            }
            return (...args) => events.run(`${className}.${name}`, name, () => call(self, name, args));
          },
        });
      }
    },
  }[className];
  if (kind === "durableObject") addDataMethods(entrypoint);
  // Whether there is a handler for an event, workerd reads from the prototype: each says yes, and
  // fails when it is called if the class has none.
  for (const name of ["fetch", ...EVENTS[kind]]) {
    Object.defineProperty(entrypoint.prototype, name, { value() {}, configurable: true });
  }
  return entrypoint;
}

// An object knows its name only while it is called by it; `pyw do list` shows it later too.
function noteName({ id }) {
  if (id.name === undefined) return;
  const written = hiddenBindings[NAMES_BINDING].fetch(`http://names/${id}`, { method: "PUT", body: id.name });
  written.then((answer) => answer.body?.cancel()).catch(() => {}); // nothing else depends on it
}

// A local mail comes with the bytes of its message (front.js).
function withStream(message) {
  if (!(message.raw instanceof ArrayBuffer)) return message;
  return { ...message, raw: new Response(message.raw).body };
}

const FIXED = ["ctx", "env", "constructor", "then"];

function callMode(kind, name, args) {
  if (name === "connect") return RAW;
  if (name === "fetch" && args.length === 1 && args[0]?.constructor?.name === "Request") return REQUEST;
  if (name === "fetch" || name === "test") return FETCH;
  if (!EVENTS[kind].includes(name)) return RPC;
  return kind === "worker" ? EVENT : RAW;
}

// The handlers of 2024: functions of the module, `on_fetch(request, env, ctx)` and its like.
function moduleHandlers(names, start, events) {
  const exported = {};
  for (const name of names) {
    const where = `on_${name}`;
    const call = async (args) => {
      const guest = await start();
      return invoke({ where, ray: rayOf(name, args) }, guest.call_handler, name, ...args);
    };
    exported[name] = (...args) => events.run(where, name, () => call(args));
  }
  return exported;
}

// The name that pyw gave the request; its error page asks for the exception by it.
function rayOf(name, [request]) {
  return (name === "fetch" && request?.headers?.get("cf-ray")) || undefined;
}

let countedRun = (handle) => handle();

async function invoke(context, pythonFunction, ...args) {
  const outcome = {};
  try {
    return await countedRun(() => callPromising(pythonFunction, outcome, ...args));
  } catch (error) {
    throw explained(error, outcome, context);
  }
}

// An interpreter without memory may not be able to say so.
function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    const type = "MemoryError";
    return { type, message: "", traceback: `${type}: the interpreter could not describe where` };
  }
}

// `outcome.report` was written by Python if the exception came through it; an error without one
// is Pyodide's own, after which the interpreter cannot be used.
function explained(error, outcome, context) {
  if (outcome.report === undefined) {
    report({ event: "fatal", ...context, message: String(error?.stack ?? error) });
    return error;
  }
  const described = read(outcome.report);
  if (outcome.where) context.where = outcome.where;
  report({ event: "exception", ...context, ...described });
  return new PythonError(described.type, described.traceback);
}
