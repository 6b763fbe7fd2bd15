// How many requests a run of a handler may make to others (`limits.subrequests`), which stock workerd does not count: by
// fetch(), to KV, R2, D1, queues and the cache, and by fetch() to other Workers and Durable Objects. Calls by RPC,
// WebSockets and TCP connections are not counted. Whose a request is, the asynchronous context tells.
import { AsyncLocalStorage } from "node:async_hooks";

// As the platform says it.
const REFUSAL = "Too many subrequests by single Worker invocation.";

// The classes of bindings, none of which is global, and their methods that are a request each. D1, rate limits and
// workflows make theirs through a Fetcher.
const METHODS = {
  KvNamespace: ["get", "getWithMetadata", "list", "put", "delete"],
  R2Bucket: ["head", "get", "put", "delete", "list", "createMultipartUpload"],
  WorkerQueue: ["send", "sendBatch"],
  Fetcher: ["fetch"],
  Cache: ["match", "put", "delete"],
};

const run = new AsyncLocalStorage();
let most;

const isOneTooMany = () => {
  const here = run.getStore();
  return here !== undefined && ++here.made > most;
};

// From here on, for all runs. `limit` is a number of requests; `countFetches`, wanted the first time, has the function that it
// is given called before each fetch().
export function limitSubrequests(limit, countFetches) {
  if (most === undefined) {
    countFetches(() => {
      if (isOneTooMany()) throw new Error(REFUSAL);
    });
  }
  most = limit;
}

// Calls `handle` as one run, or as part of the one that is under way.
export const countedRun = (handle) =>
  most === undefined || run.getStore() ? handle() : run.run({ made: 0 }, handle);

const counted = new Set();

// The calls of all bindings of that kind.
export function countCallsOf(binding) {
  if (typeof binding !== "object" || binding === null) return;
  for (let at = Object.getPrototypeOf(binding); at && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    const names = METHODS[at.constructor?.name];
    if (!names || counted.has(at)) continue;
    counted.add(at);
    for (const name of names) {
      const native = at[name];
      if (typeof native !== "function") continue;
      const value = function (...args) {
        return isOneTooMany() ? Promise.reject(new Error(REFUSAL)) : native.apply(this, args);
      };
      Object.defineProperty(at, name, { value, configurable: true, writable: true });
    }
  }
}
