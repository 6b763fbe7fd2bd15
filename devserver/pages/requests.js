// The requests and events of the session: a list with a waterfall, and one of them opened.
import { api, bytes, clock, make, milliseconds, pairs, table } from "./dom.js";

const known = new Map();
let opened;
let details; // of the opened one
let filter = "";
let notice = "";
let draw = () => {};

export async function load() {
  for (const entry of await api("dev/requests")) {
    // What an event told in the meantime is newer.
    if (!known.get(entry.ray)?.ended) known.set(entry.ray, entry);
  }
}

export function take(entry) {
  known.set(entry.ray, entry);
  if (known.size > 200) known.delete(known.keys().next().value);
  if (entry.ray === opened) open(entry.ray);
  draw();
}

export function show(view) {
  const search = make("input", {
    type: "search", placeholder: "Filter: path, method, status", "aria-label": "Filter", value: filter,
    input: (event) => { filter = event.target.value; draw(); },
  });
  const place = make("div", { class: "split" });
  draw = () => {
    const focused = document.activeElement?.closest("tr[tabindex]")?.dataset.ray;
    place.classList.toggle("open", Boolean(details));
    place.replaceChildren(list(), ...(details ? [detailsShown()] : []));
    if (focused) place.querySelector(`tr[data-ray="${focused}"]`)?.focus();
  };
  view.replaceChildren(search, place);
  draw();
}

// Keeps the focus where it is, which show() does not.
export const redraw = () => draw();

export function hide() {
  draw = () => {};
}

export function press(key) {
  if (key === "Escape" && details) {
    const ray = opened;
    opened = details = undefined;
    draw();
    document.querySelector(`tr[data-ray="${ray}"]`)?.focus();
    return true;
  }
  if (key === "s" && details?.replayable) replay();
  else if (key === "c" && details?.method) copyAsCurl();
  else return false;
  return true;
}

function list() {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = [...known.values()].reverse().filter((entry) => {
    const text = `${entry.method} ${entry.target} ${entry.status} ${title(entry)}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  if (!shown.length) return make("p", { class: "soft" }, filter ? "Nothing fits." : "No request yet.");
  const longest = Math.max(...shown.filter((entry) => !entry.websocket).map((entry) => entry.total), 1);
  return table(["", "", "", "Time", "Waterfall"], shown.map((entry) => row(entry, longest)));
}

function title(entry) {
  if (entry.method) return entry.target;
  return `${entry.invocation.kind} ${entry.invocation.what}`.trim();
}

function row(entry, longest) {
  return make("tr", {
    tabindex: "0", "data-ray": entry.ray, "aria-selected": String(entry.ray === opened),
    click: () => open(entry.ray),
  },
  make("td", { class: "method soft" }, entry.method || "event"),
  make("td", {}, title(entry)),
  make("td", { class: `status ${colour(entry)}` }, status(entry)),
  make("td", { class: "number" }, entry.ended ? milliseconds(entry.total || (entry.invocation?.wall ?? 0)) : "…"),
  make("td", { class: "wide" }, waterfall(entry, longest)));
}

function status(entry) {
  if (!entry.method) return entry.invocation.outcome;
  if (entry.websocket) return "WebSocket";
  return entry.status ? String(entry.status) : "pending";
}

function colour(entry) {
  if (!entry.method) return entry.invocation.outcome === "ok" ? "good" : "bad";
  if (entry.status >= 500) return "bad";
  return entry.status >= 400 ? "warn" : entry.status ? "good" : "soft";
}

function waterfall(entry, longest) {
  const bar = make("div", { class: "bar" });
  const parts = [["held", entry.held], ["worker", entry.answered - entry.held], ["body", entry.total - entry.answered]];
  if (!entry.ended || entry.websocket || !entry.method) return bar;
  bar.setAttribute("role", "img");
  bar.setAttribute("aria-label", parts.map(([name, value]) => `${name} ${milliseconds(value)}`).join(", "));
  for (const [name, value] of parts) {
    if (value <= 0) continue;
    const part = make("span", { class: name, title: `${name} ${milliseconds(value)}` });
    part.style.width = `${(100 * value) / longest}%`;
    bar.append(part);
  }
  return bar;
}

async function open(ray) {
  if (opened !== ray) notice = "";
  opened = ray;
  details = await api(`dev/requests/${ray}`).catch(() => undefined);
  draw();
}

function detailsShown() {
  const { invocation } = details;
  const buttons = make("div", { class: "buttons" });
  if (details.method) {
    buttons.append(
      make("button", { click: replay, disabled: !details.replayable,
        title: details.replayable ? "s" : "a WebSocket, or a body of more than 64 KiB" }, "Send again"),
      make("button", { click: copyAsCurl, title: "c" }, "Copy as curl"));
  }
  buttons.append(make("button", { click: () => press("Escape"), title: "Esc" }, "Close"));
  const parts = [make("h2", {}, `${details.method} ${title(details)}`), buttons,
    make("p", { role: "status", class: "soft", id: "notice" }, notice)];
  const facts = [["Status", status(details)], ["Received", clock(details.time)]];
  if (details.method && details.ended) {
    facts.push(["Held for a reload", milliseconds(details.held)],
      ["Worker", milliseconds(details.answered - details.held)],
      ["Body", `${milliseconds(details.total - details.answered)}, ${bytes(details.size)}`]);
  }
  if (invocation) {
    facts.push(["Outcome", invocation.outcome]);
    if (invocation.cpu) facts.push(["CPU", milliseconds(invocation.cpu)]);
  }
  parts.push(pairs(facts));
  if (invocation?.logs.length) parts.push(make("h2", {}, "Logs"), logLines(invocation.logs));
  if (details.failed) parts.push(make("h2", {}, "Exception"), failureShown(details.ray));
  if (details.requestFields.length) parts.push(make("h2", {}, "Request"), pairs(details.requestFields));
  if (details.body) parts.push(make("pre", {}, details.body));
  if (details.responseFields.length) parts.push(make("h2", {}, "Answer"), pairs(details.responseFields));
  return make("aside", { "aria-label": "Details" }, ...parts);
}

function failureShown(ray) {
  const place = make("pre", { class: "bad" });
  api(`dev/failures/${ray}`).then((failure) => { place.textContent = failure.traceback; }, () => {});
  return place;
}

export function logLines(lines) {
  return table(["Time", "Text"], lines.map((line) => make("tr", {},
    make("td", { class: "soft method" }, clock(line.time)),
    make("td", { class: { error: "bad", warn: "warn" }[line.level] }, line.text))));
}

function say(text) {
  notice = text;
  const place = document.getElementById("notice");
  if (place) place.textContent = text;
}

async function replay() {
  try {
    say(await api(`dev/requests/${opened}/replay`, { method: "POST" }));
  } catch (error) {
    say(error.message);
  }
}

async function copyAsCurl() {
  await navigator.clipboard.writeText(asCurl(details, location.origin));
  say("copied");
}

// For a POSIX shell: single quotes, each quote in the text as '\''.
export function asCurl(request, origin) {
  const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`;
  const words = ["curl", quote(origin + request.target)];
  if (request.method === "HEAD") words.push("--head");
  else if (request.method !== "GET" || request.body) words.push("-X", request.method);
  for (const [name, value] of request.requestFields) {
    if (/^(host|connection|content-length|transfer-encoding|accept-encoding)$/i.test(name)) continue;
    words.push("-H", quote(`${name}: ${value}`));
  }
  if (request.body) words.push("--data-binary", quote(request.body));
  return words.join(" ");
}
