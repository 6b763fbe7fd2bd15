// The local data API: what `pyw kv|r2|d1|do|analytics|queues|workflows` and the dashboard read and change.
//
// It speaks the paths, bodies and envelopes of the platform's own API (/accounts/…/storage/kv/… and so on),
// so that one client serves both. The account in the path is not looked at.
//
// Bindings, by resource: `kv:ID` (KV namespace), `r2:NAME` (bucket), `d1:ID` (database), `queue:NAME`,
// `workflow:NAME` (its API) and `instances:NAME` (its Durable Objects), `objects:ID` (Durable Objects), `object-names` (a
// folder with their names, by id: entrypoint.js), `analytics:points` (../analytics_engine.js); `state`, the folder of all local
// data, to list what only the disk knows; `RESOURCES`, JSON: what there is, for the overview.
import { analytics } from "./analytics.js";
import { d1 } from "./d1.js";
import { ApiError, failed, succeeded } from "./envelope.js";
import { kv } from "./kv.js";
import { objects } from "./objects.js";
import { queues } from "./queues.js";
import { r2 } from "./r2.js";
import { workflows } from "./workflows.js";

const ROUTES = [
  ["GET", "/resources", ({ env }) => succeeded(env.RESOURCES)],
  ...kv,
  ...r2,
  ...d1,
  ...objects,
  ...analytics,
  ...queues,
  ...workflows,
].map(([method, path, handler]) => ({ method, pattern: patternOf(path), handler }));

export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    const path = url.pathname.replace(/^.*?\/accounts\/[^/]+/, "");
    const routes = ROUTES.filter((route) => route.pattern.test(path));
    const route = routes.find(({ method }) => method === request.method);
    try {
      if (routes.length === 0) throw new ApiError(404, 7003, `there is nothing at ${path}`);
      if (!route) throw new ApiError(405, 7001, `${request.method} is not possible at ${path}`);
      const parts = route.pattern.exec(path).slice(1).map(decodeURIComponent);
      return await route.handler({ request, env, query: url.searchParams }, ...parts);
    } catch (error) {
      return failed(error);
    }
  },
};

// "/a/:id/b/*key": `:name` is one part of the path, `*name` all that is left.
function patternOf(path) {
  const source = path.replace(/:\w+/g, "([^/]+)").replace(/\*\w+/g, "(.+)");
  return new RegExp(`^${source}/?$`);
}
