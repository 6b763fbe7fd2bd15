// The service behind pyw's socket in development: passes every request to the Worker, answers an
// exception with its traceback, and lets tools trigger the events that no HTTP request stands for.
// In front of a Worker in Python without static assets it gets the last only (entrypoint.js, frontClass).
//
// Bindings: WORKER, where requests go (the Worker, or its static assets in front of it), EVENTS,
// the Worker itself, START, its entrypoint that waits until Python has started (a Worker in JavaScript has none), and DATA, the local data API.
// Needs the compatibility flag service_binding_extra_handlers.
import { failed } from "./failed.js";

const TRIGGERS = {
  "/cdn-cgi/pyw/start": (_request, _url, env) => started(env, "/start"),
  "/cdn-cgi/pyw/prepare": (_request, _url, env) => started(env, "/prepare"),
  "/cdn-cgi/pyw/rehearse": (_request, _url, env) => started(env, "/rehearse"),
  "/cdn-cgi/pyw/let-events-in": (_request, _url, env) => started(env, "/events"),
  "/cdn-cgi/pyw/alive": () => new Response(null, { status: 204 }),
  "/cdn-cgi/handler/scheduled": triggerScheduled,
  "/cdn-cgi/local/scheduled": triggerScheduled,
  "/cdn-cgi/handler/email": triggerEmail,
  "/cdn-cgi/local/email": triggerEmail,
};

const DATA_PATH = "/cdn-cgi/pyw/api/";

export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    const trigger = TRIGGERS[url.pathname];
    if (url.pathname.startsWith(DATA_PATH)) return await env.DATA.fetch(request);
    try {
      if (trigger) return await trigger(request, url, env);
      return await env.WORKER.fetch(request);
    } catch (error) {
      return failed(request, error);
    }
  },
};

const started = (env, path) => env.START?.fetch(`http://starter${path}`) ?? new Response(null, { status: 204 });

async function triggerScheduled(_request, url, env) {
  const time = url.searchParams.get("time");
  const result = await env.EVENTS.scheduled({
    cron: url.searchParams.get("cron") ?? "",
    scheduledTime: time ? new Date(Number(time)) : new Date(),
  });
  const status = result.outcome === "ok" ? 200 : 500;
  if (url.searchParams.get("format") === "json") return Response.json(result, { status });
  return new Response(result.outcome, { status });
}

// The raw message is the request's body; sender and recipient are parameters of the URL.
async function triggerEmail(request, url, env) {
  const from = url.searchParams.get("from");
  const to = url.searchParams.get("to");
  if (!from || !to) return new Response("from and to are needed in the URL\n", { status: 400 });
  const raw = await request.arrayBuffer();
  const rejected = {};
  await env.EVENTS.email({
    from,
    to,
    // A stream that the handler does not read would keep its call open until workerd calls it hung; our guest makes
    // one of the bytes.
    raw: env.START ? raw : new Response(raw).body,
    rawSize: raw.byteLength,
    headers: mailHeaders(raw),
    setReject: (reason) => void (rejected.reason = reason),
    forward: (recipient) => console.log(`email forwarded to ${recipient}`),
    reply: (message) => console.log(`email replied to ${message.to ?? from}`),
    canBeForwarded: true,
  });
  // A refusal crosses as a call of its own, which may arrive after the handler returned.
  await scheduler.wait(10);
  if (rejected.reason) return new Response(`rejected: ${rejected.reason}\n`, { status: 400 });
  return new Response("accepted\n");
}

// RFC 5322: fields up to the first empty line; a line that begins with white space goes on.
function mailHeaders(raw) {
  const text = new TextDecoder().decode(raw);
  const head = text.split(/\r?\n\r?\n/, 1)[0].replace(/\r?\n[ \t]+/g, " ");
  const headers = new Headers();
  for (const line of head.split(/\r?\n/)) {
    const colon = line.indexOf(":");
    if (colon > 0) headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return headers;
}
