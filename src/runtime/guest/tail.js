// A tail Worker: told of every run of the Worker's handlers when it has ended, tells pyw in one line each. While somebody
// listens to a Worker that `pyw edge` serves (edge/tails.hpp), it tells the whole of each run as well.
// (Own text, not report.js: it is a Worker of its own, with one module.)
const EVENT_MARK = "pyw-event:";
const TRACE_MARK = "pyw-trace:";
// What one line may hold: a Worker can log megabytes.
const MOST_LOGS = 200;
const MOST_TEXT = 4000;
// The same of a trace: as much as the platform keeps of one run (256 KB), in UTF-16 units of JSON.
const MOST_TRACE = 256 * 1024;
const MOST_URL = 8192;

// Events that reach the Worker as calls: the engine runs a workflow by calling its `run`, front.js delivers mails.
const CALLED_BY_US = { run: "workflow", email: "email" };

// Set by edge_front.js. What was asked for later has the higher turn, and may arrive earlier.
const listeners = { turn: 0, listening: false };

export default {
  fetch(request) {
    const { searchParams } = new URL(request.url);
    const turn = Number(searchParams.get("turn"));
    if (turn > listeners.turn) Object.assign(listeners, { turn, listening: searchParams.get("listening") === "yes" });
    return new Response(null, { status: 204 });
  },
  tail(items) {
    for (const item of items) {
      if (item.event?.rpcMethod?.startsWith("__pyw_")) continue; // pyw's own look at the data
      if (listeners.listening && !isOurs(item)) console.debug(TRACE_MARK + JSON.stringify(traceOf(item)));
      // Of a request without a word pyw knows all: it passed through its hands.
      if (item.event?.request && item.outcome === "ok" && item.logs.length === 0) continue;
      const { kind, what, ray } = occasion(item);
      const event = {
        event: "invocation",
        kind,
        what,
        ray,
        outcome: outcomeOf(item),
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
const EXCEPTION_MARK = EVENT_MARK + `{"event":"exception"`;
const isOurException = ({ message }) => String([message].flat()[0]).startsWith(EXCEPTION_MARK);
const outcomeOf = ({ outcome, logs }) => (logs.some(isOurException) ? "exception" : outcome);

// What the guest reports to pyw goes through the console too; it is not the Worker's.
function line({ level, message, timestamp }) {
  const words = Array.isArray(message) ? message : [message];
  const text = words.map((word) => (typeof word === "string" ? word : JSON.stringify(word))).join(" ");
  if (text.startsWith(EVENT_MARK)) return [];
  return [{ level, text: text.slice(0, MOST_TEXT), time: timestamp }];
}

// --- The whole of a run, in the platform's words ---

const OWN_ENTRYPOINT = /^__pyw_/;

// The server's own requests, on their way through the Worker's isolate (entrypoint.js: `starter`, `frontClass`).
function isOurs({ event, entrypoint }) {
  if (entrypoint === "__pyw_start") return true;
  return entrypoint === "__pyw_front" && new URL(event?.request?.url ?? "http://none/").pathname.startsWith("/cdn-cgi/pyw/");
}

// workerd has redacted the request as the platform does: authorization, cookies, what looks like a secret in the URL.
function traceOf(item) {
  const room = new Room(item.truncated ?? false);
  const exceptions = [...item.exceptions.map(thrown), ...item.logs.filter(isOurException).flatMap(raised)];
  const { entrypoint } = item;
  return {
    // workerd alone measures neither: it has ended by now, and of the CPU time nobody knows.
    wallTime: item.wallTime || Math.max(0, Date.now() - item.eventTimestamp),
    cpuTime: item.cpuTime || undefined,
    executionModel: item.executionModel,
    outcome: outcomeOf(item),
    entrypoint: entrypoint === undefined || OWN_ENTRYPOINT.test(entrypoint) ? "default" : entrypoint,
    durableObjectId: item.durableObjectId,
    event: eventOf(item, room),
    eventTimestamp: item.eventTimestamp,
    exceptions: room.take(exceptions),
    logs: room.take(item.logs.filter(isWorkers).map(logged)),
    diagnosticsChannelEvents: [],
    truncated: room.truncated, // the members before this one say so
  };
}

class Room {
  #left = MOST_TRACE;

  constructor(truncated) {
    this.truncated = truncated;
  }

  // Those for which there is room, from the first on.
  take(values) {
    return values.filter((value) => {
      this.#left -= JSON.stringify(value)?.length ?? 0;
      this.truncated ||= this.#left < 0;
      return this.#left >= 0;
    });
  }
}

function eventOf({ event }, room) {
  if (!event?.request) return event ?? null;
  const { method, url, headers } = event.request;
  const request = { url: url.slice(0, MOST_URL), method, headers: Object.fromEntries(room.take(Object.entries(headers))) };
  return { request, response: event.response && { status: event.response.status } };
}

const isWorkers = ({ message }) => !String([message].flat()[0]).startsWith(EVENT_MARK);
const logged = ({ level, message, timestamp }) => ({ level, message: [message].flat(), timestamp });
const thrown = ({ name, message, stack, timestamp }) => ({ name, message, stack, timestamp });

// An exception of Python, as guest/python/_pyw_report.py describes it.
function raised({ message, timestamp }) {
  try {
    const { type, message: text, traceback } = JSON.parse(String([message].flat()[0]).slice(EVENT_MARK.length));
    return [{ name: type, message: text, stack: traceback, timestamp }];
  } catch {
    return []; // the Worker's own, made to look like it
  }
}
