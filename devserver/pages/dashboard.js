// The dashboard's frame: the views, the keys, the events that keep it up to date.
import { api, bytes, clock, make, milliseconds, moveInList, pairs, table } from "./dom.js";
import * as data from "./data.js";
import * as requests from "./requests.js";

const view = document.getElementById("view");
const state = document.getElementById("state");
const help = document.getElementById("help");
let session = {};
let lines = [];

const logs = {
  show(place) {
    const shown = lines.slice(-300).reverse();
    place.replaceChildren(shown.length ? requests.logLines(shown) : make("p", { class: "soft" }, "Nothing logged yet."));
  },
};

const about = {
  async show(place) {
    const [now, reloads] = await Promise.all([api("dev/session"), api("dev/reloads")]);
    if (current !== about) return;
    place.replaceChildren(
      pairs([["Address", now.url], ["Started", clock(now.started)], ["Generation", String(now.generation)],
        ["Memory of pyw", bytes(now.memory.pyw)],
        ...now.memory.workers.map(([name, size]) => [`Memory of ${name}`, bytes(size)])]),
      make("div", { class: "buttons" }, make("button", { click: () => api("dev/restart", { method: "POST" }) }, "Restart the Worker")),
      make("h2", {}, "Reloads"),
      table(["Time", "Changed", "Took"], reloads.reverse().map((reload) => make("tr", {},
        make("td", { class: "soft" }, clock(reload.time)),
        make("td", {}, reload.changed.join(", ") || "restart"),
        make("td", { class: "number" }, milliseconds(reload.ms))))));
  },
};

const views = { requests, logs, data, session: about };
let current;

function select(name) {
  current?.hide?.();
  current = views[name] ?? requests;
  for (const tab of document.querySelectorAll("[role=tab]")) {
    tab.setAttribute("aria-selected", String(views[tab.dataset.view] === current));
  }
  view.replaceChildren();
  current.show(view);
}

function greet(now) {
  session = now;
  document.title = `${session.name} · pyw`;
  document.getElementById("name").textContent = session.name;
  state.textContent = session.error ? firstLine(session.error) : `serving, generation ${session.generation}`;
  state.classList.toggle("bad", Boolean(session.error));
}

// Those that are shown: without data there is no view of it.
const tabs = () => [...document.querySelectorAll("[role=tab]:not([hidden])")];

const firstLine = (text) => text.split("\n", 1)[0];

function listen() {
  const source = new EventSource("events");
  const on = (name, take) => source.addEventListener(name, (event) => take(JSON.parse(event.data)));
  on("hello", async (now) => {
    greet(now);
    document.querySelector("[data-view=data]").hidden = !(await data.load(now));
    await requests.load();
    lines = await api("dev/logs");
    if (current === requests) requests.redraw();
    else current.show(view);
  });
  on("session", greet);
  on("request", requests.take);
  on("log", (line) => {
    lines.push(line);
    if (lines.length > 1000) lines.shift();
    if (current === logs) logs.show(view);
  });
  on("reloaded", () => current === about && about.show(view));
  source.onerror = () => {
    state.textContent = "pyw does not answer";
    state.classList.add("bad");
  };
}

document.querySelector("nav").addEventListener("click", (event) => {
  const name = event.target.dataset.view;
  if (name) location.hash = name;
});
addEventListener("hashchange", () => select(location.hash.slice(1)));
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
  const typing = event.target.matches("input, textarea, select");
  if (typing) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (/^[1-4]$/.test(event.key)) tabs()[event.key - 1]?.click();
  else if (event.key === "/") document.querySelector("input[type=search]")?.focus();
  else if (event.key === "?") help.showModal();
  else if (!moveInList(event) && !current.press?.(event.key)) return;
  event.preventDefault();
});

select(location.hash.slice(1));
listen();
