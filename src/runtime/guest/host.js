// The JavaScript module that the public SDK (workers-runtime-sdk) expects from its host under the
// name `_pyodide_entrypoint_helper`.
import * as cloudflareSockets from "cloudflare:sockets";
import * as cloudflareWorkers from "cloudflare:workers";

// Modules of pyw itself; a Worker cannot import them.
const OWN_MODULES = /^(\.?\/)*(__pyw_main\.js$|__pyw\/)/;

// `importModule` must be a function of the Worker's main module: import paths are resolved
// relative to the module that contains the `import()`.
// `guarded` stands for the environment while a memory snapshot is made.
export function hostModule(importModule, guarded) {
  if (guarded) environment = () => guarded;
  return {
    cloudflareWorkersModule,
    cloudflareSocketsModule: cloudflareSockets,
    workerEntrypoint: cloudflareWorkers.WorkerEntrypoint,
    patchWaitUntil,
    patch_env_helper,
    doAnImport: async (name) => {
      if (name === "cloudflare:workers") return cloudflareWorkersModule;
      if (OWN_MODULES.test(name)) throw new Error(`No such module "${name}".`);
      return await importModule(name);
    },
  };
}

// What `patch_env` has laid over the environment, innermost last.
const environmentPatches = [];

let environment = () => {
  if (environmentPatches.length === 0) return cloudflareWorkers.env;
  return Object.assign({}, cloudflareWorkers.env, ...environmentPatches);
};

const cloudflareWorkersModule = new Proxy(
  { ...cloudflareWorkers },
  {
    get(target, name) {
      if (name === "env") return environment();
      if (name === "waitUntil") return waitUntil;
      return Reflect.get(target, name);
    },
  },
);

// A generator, because the SDK drives it from a Python context manager.
function* patch_env_helper(patch) {
  const laid = patch instanceof Map ? Object.fromEntries(patch) : { ...patch };
  environmentPatches.push(laid);
  try {
    yield;
  } finally {
    environmentPatches.splice(environmentPatches.lastIndexOf(laid), 1);
  }
}

// A Python awaitable crosses as a proxy that dies when the call returns; it is kept until done.
async function settle(awaitable) {
  const held = typeof awaitable?.copy === "function" ? awaitable.copy() : awaitable;
  try {
    return await held;
  } finally {
    if (held !== awaitable) held.destroy();
  }
}

function waitUntil(awaitable) {
  return cloudflareWorkers.waitUntil(settle(awaitable));
}

const patched = new WeakSet();

function patchWaitUntil(context) {
  const tag = Object.prototype.toString.call(context);
  if (tag !== "[object ExecutionContext]" || patched.has(context)) return;
  const original = context.waitUntil.bind(context);
  context.waitUntil = (awaitable) => original(settle(awaitable));
  patched.add(context);
}
