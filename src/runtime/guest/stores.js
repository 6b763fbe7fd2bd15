// The service behind the socket of stores that the Workers of one account share: each request names its store in a header,
// and goes to the service that keeps all stores of that kind, which finds there which one is meant.
//
// Bindings: KV, D1, R2, RATELIMIT, ANALYTICS, CACHE; or QUEUE, in the process of the queues.
const BINDINGS = { kv: "KV", d1: "D1", r2: "R2", ratelimit: "RATELIMIT", analytics: "ANALYTICS", cache: "CACHE", queue: "QUEUE" };
const HEADER = "x-pyw-store";
// What miniflare's scripts read.
const MINIFLARE_HEADER = "MF-Namespace";

export default {
  async fetch(request, env) {
    const [, kind, id] = /^(\w+):(.*)$/s.exec(decoded(request.headers.get(HEADER))) ?? [];
    const service = env[BINDINGS[kind]];
    if (!service) return new Response(`there is no store \`${kind}\``, { status: 404 });
    const headers = new Headers(request.headers);
    headers.set(HEADER, encodeURIComponent(id));
    if (id) headers.set(MINIFLARE_HEADER, id);
    // A producer's own delay, for messages without one.
    const delay = headers.get("x-pyw-delay");
    if (delay && !headers.has("x-msg-delay-secs")) headers.set("x-msg-delay-secs", delay);
    return await service.fetch(new Request(request, { headers }));
  },
};

// A header holds no more than Latin letters.
const decoded = (text) => decodeURIComponent(text ?? "");
