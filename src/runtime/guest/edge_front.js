// The service behind the socket of a Worker that `pyw edge` serves: passes every request to the Worker, says nothing
// of an exception but that there was one, and does what the server asks for with a name that only it knows.
// In front of a Worker in Python without static assets it gets the last only (entrypoint.js, frontClass).
//
// Bindings: WORKER, where requests go (the Worker, or its static assets in front of it), EVENTS, the Worker itself, START,
// its entrypoint that waits until Python has started (a Worker in JavaScript has none), TAIL, tail.js, and CONTROL, the
// name; an image (runtime/image.hpp) may have none: then nobody is let in. WORKFLOWS, where it has some of its own: whether
// one of them runs (workflow_engine.js).
// Needs the compatibility flag service_binding_extra_handlers.
import { WorkerEntrypoint } from "cloudflare:workers";
import { withoutDetails } from "./failed.js";

// For the process of the account's queues (queue_consumer.js).
export class Events extends WorkerEntrypoint {
  async deliver(queue, messages) {
    await this.env.START?.fetch("http://starter/start");
    const { outcome, ackAll, retryBatch, explicitAcks, retryMessages } = await this.env.EVENTS.queue(queue, messages);
    return { outcome, ackAll, retryBatch, explicitAcks, retryMessages };
  }
}

const CONTROLS = {
  "/cdn-cgi/pyw/start": start,
  "/cdn-cgi/pyw/prepare": (_url, env) => started(env, "/prepare"),
  "/cdn-cgi/pyw/alive": () => new Response(null, { status: 204 }),
  "/cdn-cgi/pyw/busy": (_url, env) => env.WORKFLOWS.fetch("http://workflows/"),
  "/cdn-cgi/pyw/scheduled": scheduled,
  "/cdn-cgi/pyw/tail": tail,
};

export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    const control = CONTROLS[url.pathname];
    if (control && env.CONTROL && url.searchParams.get("control") === env.CONTROL) return await control(url, env);
    try {
      return await env.WORKER.fetch(request);
    } catch {
      return withoutDetails();
    }
  },
};

async function start(url, env) {
  if (url.searchParams.has("listening")) await tail(url, env);
  return await started(env, "/start");
}

// Tells tail.js whether somebody listens.
function tail({ search }, env) {
  return env.TAIL.fetch(`http://tail/${search}`);
}

function started(env, path) {
  return env.START?.fetch(`http://starter${path}`) ?? new Response(null, { status: 204 });
}

async function scheduled(url, env) {
  const result = await env.EVENTS.scheduled({
    cron: url.searchParams.get("cron") ?? "",
    scheduledTime: new Date(Number(url.searchParams.get("time"))),
  });
  return new Response(null, { status: result.outcome === "ok" ? 204 : 500 });
}
