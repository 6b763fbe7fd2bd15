// The service behind the socket of a Worker that `pyw edge` serves: passes every request to the Worker, says nothing
// of an exception but that there was one, and does what the server asks for with a name that only it knows.
//
// Bindings: WORKER, where requests go (the Worker, or its static assets in front of it), EVENTS, the Worker itself, START,
// its entrypoint that waits until Python has started (a Worker in JavaScript has none), and CONTROL, the name.
// Needs the compatibility flag service_binding_extra_handlers.
const CONTROLS = {
  "/cdn-cgi/pyw/start": started,
  "/cdn-cgi/pyw/alive": () => new Response(null, { status: 204 }),
  "/cdn-cgi/pyw/scheduled": scheduled,
};

export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    const control = CONTROLS[url.pathname];
    if (control && url.searchParams.get("control") === env.CONTROL) return await control(url, env);
    try {
      return await env.WORKER.fetch(request);
    } catch {
      // What went wrong has been told in the output, for the Worker's owner.
      return new Response("error code: 1101\n", { status: 500, headers: { "cache-control": "no-store" } });
    }
  },
};

function started(_url, env) {
  return env.START?.fetch("http://starter/start") ?? new Response(null, { status: 204 });
}

async function scheduled(url, env) {
  const result = await env.EVENTS.scheduled({
    cron: url.searchParams.get("cron") ?? "",
    scheduledTime: new Date(Number(url.searchParams.get("time"))),
  });
  return new Response(null, { status: result.outcome === "ok" ? 204 : 500 });
}
