// Helpers of the dashboard's views. Text only ever becomes text, never markup.

// make("td", { class: "number" }, "12 ms")
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

export function table(heads, rows) {
  const head = make("tr", {}, ...heads.map((text) => make("th", { scope: "col" }, text)));
  return make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows));
}

export function pairs(list) {
  return make("dl", {}, ...list.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
}

export const milliseconds = (value) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
export const clock = (time) => new Date(time).toLocaleTimeString();

export function bytes(count) {
  if (count < 1024) return `${count} B`;
  if (count < 1024 * 1024) return `${(count / 1024).toFixed(1)} KiB`;
  return `${(count / 1024 / 1024).toFixed(1)} MiB`;
}

// The body as JSON; an error with the server's own words when it refuses.
export async function api(path, options) {
  const answer = await fetch(path, options);
  const text = await answer.text();
  if (!answer.ok) throw new Error(text.trim() || `${answer.status}`);
  return answer.headers.get("content-type")?.includes("json") ? JSON.parse(text) : text;
}

// Rows with tabindex: up and down move the focus, Enter opens.
export function moveInList(event) {
  const row = document.activeElement?.closest("tr[tabindex]");
  if (event.key === "Enter" && row) {
    row.click();
    return true;
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return false;
  const rows = [...document.querySelectorAll("tr[tabindex]")];
  const next = row ? rows[rows.indexOf(row) + step] : rows[0];
  next?.focus();
  return Boolean(next);
}
