// Counts the requests of a Worker in JavaScript (subrequests.js): each call of a handler, or of a method of a class that it
// exports, is a run.
import { DurableObject, RpcTarget, WorkerEntrypoint, WorkflowEntrypoint, env } from "cloudflare:workers";
import { countCallsOf, countedRun, limitSubrequests } from "./subrequests.js";

const HANDLERS = ["fetch", "scheduled", "queue", "email", "tail", "tailStream", "trace", "test"];
const BASES = new Set([DurableObject, RpcTarget, WorkerEntrypoint, WorkflowEntrypoint, Object]);

// The Worker itself, bound for the sake of its class: some bindings are objects around one, D1's among them.
const FETCHER_BINDING = "__pyw_fetcher";
countCallsOf(env[FETCHER_BINDING]);
delete env[FETCHER_BINDING];

// Now, before the Worker's own modules can keep the one that does not count.
limitSubrequests(Infinity, (check) => {
  const native = globalThis.fetch;
  globalThis.fetch = async (...args) => {
    check();
    return await native(...args);
  };
});

// The default export in the place of that of `exports`, all that the Worker exports. Its classes stay the same.
export function counted(exports, limit) {
  limitSubrequests(limit);
  for (const value of Object.values(exports)) {
    if (typeof value === "function" && value.prototype) countMethodsOf(value.prototype);
  }
  const handlers = exports.default ?? {}; // workerd wants one
  return typeof handlers === "object" ? countedHandlers(handlers) : handlers;
}

// Not a copy with the same functions: they may want to be called on their own object.
function countedHandlers(handlers) {
  const names = HANDLERS.filter((name) => typeof handlers[name] === "function");
  return Object.fromEntries(names.map((name) => [
    name,
    (event, env, ctx) => runOf(env, () => handlers[name](event, env, ctx)),
  ]));
}

function countMethodsOf(prototype) {
  for (let at = prototype; at && !BASES.has(at.constructor); at = Object.getPrototypeOf(at)) {
    for (const [name, described] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      const native = described.value;
      if (name === "constructor" || typeof native !== "function" || !described.configurable) continue;
      const value = function (...args) {
        return runOf(this.env, () => native.apply(this, args));
      };
      Object.defineProperty(at, name, { ...described, value });
    }
  }
}

const known = new WeakSet();

function runOf(bindings, handle) {
  if (bindings && typeof bindings === "object" && !known.has(bindings)) {
    known.add(bindings);
    [globalThis.caches?.default, ...Object.values(bindings)].forEach(countCallsOf);
  }
  return countedRun(handle);
}
