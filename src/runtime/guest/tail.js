// A tail Worker: told of every run of the Worker's handlers when it has ended, tells pyw in one line each.
// (Own text, not report.js: it is a Worker of its own, with one module.)
const EVENT_MARK = "pyw-event:";
// What one line may hold: a Worker can log megabytes.
const MOST_LOGS = 200;
const MOST_TEXT = 4000;

// Events that reach the Worker as calls: the engine runs a workflow by calling its `run`, front.js delivers mails.
const CALLED_BY_US = { run: "workflow", email: "email" };

export default {
  tail(items) {
    for (const item of items) {
      if (item.event?.rpcMethod?.startsWith("__pyw_")) continue; // pyw's own look at the data
      // Of a request without a word pyw knows all: it passed through its hands.
      if (item.event?.request && item.outcome === "ok" && item.logs.length === 0) continue;
      const { kind, what, ray } = occasion(item);
      const event = {
        event: "invocation",
        kind,
        what,
        ray,
        outcome: item.logs.some(isOurException) ? "exception" : item.outcome,
        wall: item.wallTime ?? 0,
        cpu: item.cpuTime ?? 0,
        logs: item.logs.flatMap(line).slice(0, MOST_LOGS),
      };
      console.debug(EVENT_MARK + JSON.stringify(event));
    }
  },
};

function occasion({ event, entrypoint }) {
  if (event?.request) {
    const { method, url, headers } = event.request;
    return { kind: "fetch", what: `${method} ${url}`, ray: headers["cf-ray"] ?? "" };
  }
  const named = (kind, what) => ({ kind, what: String(what ?? entrypoint ?? ""), ray: "" });
  if (event === null || event === undefined) return named("other");
  if ("cron" in event) return named("scheduled", event.cron);
  if ("queue" in event) return named("queue", `${event.queue}, ${event.batchSize} messages`);
  if ("mailFrom" in event) return named("email", `${event.mailFrom} to ${event.rcptTo}`);
  if ("rpcMethod" in event) {
    const method = `${entrypoint ?? "default"}.${event.rpcMethod}`;
    return named(CALLED_BY_US[event.rpcMethod] ?? "rpc", method);
  }
  if ("getWebSocketEvent" in event) return named("webSocket", event.getWebSocketEvent.webSocketEventType);
  if ("scheduledTime" in event) return named("alarm", entrypoint);
  return named("other");
}

// The guest has made a page of it, so that workerd saw no exception (failed.js).
const isOurException = ({ message }) => String([message].flat()[0]).startsWith(EVENT_MARK + `{"event":"exception"`);

// What the guest reports to pyw goes through the console too; it is not the Worker's.
function line({ level, message, timestamp }) {
  const words = Array.isArray(message) ? message : [message];
  const text = words.map((word) => (typeof word === "string" ? word : JSON.stringify(word))).join(" ");
  if (text.startsWith(EVENT_MARK)) return [];
  return [{ level, text: text.slice(0, MOST_TEXT), time: timestamp }];
}
