// Stands before one of the services that workerd bundles, which read from their properties which store is meant: here a
// request says so in a header (stores.js).
import { WorkerEntrypoint } from "cloudflare:workers";

export function named(service, key) {
  const contextOf = (ctx, request) => ({
    props: { [key]: decodeURIComponent(request.headers.get("x-pyw-store") ?? "") },
    waitUntil: (promise) => ctx.waitUntil(promise),
  });
  if (typeof service !== "function") {
    return { fetch: (request, env, ctx) => service.fetch(request, env, contextOf(ctx, request)) };
  }
  return class extends WorkerEntrypoint {
    fetch(request) {
      return new service(contextOf(this.ctx, request), this.env).fetch(request);
    }
  };
}
