// KV, R2, D1, Durable Objects and Analytics Engine: look and change.
import { bytes, make, table } from "./dom.js";
import { answerOf, resource } from "./data.js";
import { button, guarded, notice, shownValue } from "./forms.js";

const part = encodeURIComponent;
// More would be a page nobody reads; a prefix narrows it down.
const MOST_KEYS = 100;
const MOST_TEXT = 256 * 1024;
const TABLES = "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'";

export function namespace(place, id) {
  const base = `/storage/kv/namespaces/${part(id)}`;
  keyedStore(place, {
    list: async (prefix) => (await resource(`${base}/keys?limit=${MOST_KEYS}&prefix=${part(prefix)}`))
      .map(({ name, expiration }) => [name, expiration ? `until ${new Date(expiration * 1000).toLocaleString()}` : ""]),
    read: (key) => answerOf(`${base}/values/${part(key)}`),
    write: (key, body) => resource(`${base}/values/${part(key)}`, { method: "PUT", body }),
    remove: (key) => resource(`${base}/values/${part(key)}`, { method: "DELETE" }),
  });
}

export function bucket(place, name) {
  const base = `/r2/buckets/${part(name)}/objects`;
  keyedStore(place, {
    list: async (prefix) => (await resource(`${base}?per_page=${MOST_KEYS}&prefix=${part(prefix)}`))
      .map(({ key, size }) => [key, bytes(Number(size))]),
    read: (key) => answerOf(`${base}/${part(key)}`),
    write: (key, body) => resource(`${base}/${part(key)}`, { method: "PUT", body }),
    remove: (key) => resource(`${base}/${part(key)}`, { method: "DELETE" }),
  });
}

function keyedStore(place, store) {
  const said = notice();
  const keys = make("div");
  const prefix = make("input", { type: "search", placeholder: "Prefix", "aria-label": "Prefix", input: () => list() });
  const key = make("input", { "aria-label": "Key", placeholder: "Key", size: 40 });
  const value = make("textarea", { "aria-label": "Value", spellcheck: "false" });
  const file = make("input", { type: "file", "aria-label": "A file as the value" });

  async function refresh() {
    const found = await store.list(prefix.value);
    keys.replaceChildren(found.length
      ? table(["Key", ""], found.map(([name, note]) => make("tr", { tabindex: "0", click: guarded(said, () => open(name)) },
        make("td", {}, name), make("td", { class: "number soft" }, note))))
      : make("p", { class: "soft" }, "Nothing here."));
  }
  const list = guarded(said, refresh);

  async function open(name) {
    key.value = name;
    value.value = "";
    const answer = await store.read(name);
    if (!answer.ok) throw new Error((await answer.json()).errors[0].message);
    const content = await answer.arrayBuffer();
    try {
      if (content.byteLength > MOST_TEXT) throw new Error("long");
      value.value = new TextDecoder("utf-8", { fatal: true }).decode(content);
    } catch {
      return `${bytes(content.byteLength)} that are not shown: long, or no text`;
    }
  }
  async function save() {
    if (!key.value) throw new Error("which key?");
    await store.write(key.value, file.files[0] ?? value.value);
    file.value = "";
    await refresh();
    return "saved";
  }
  async function remove() {
    await store.remove(key.value);
    value.value = "";
    await refresh();
    return "deleted";
  }
  const buttons = make("div", { class: "buttons" }, key, file, button("Save", guarded(said, save)),
    button("Delete", guarded(said, remove)));
  place.replaceChildren(prefix, keys, make("h2", {}, "Value"), buttons, value, said);
  list();
}

export function database(place, id) {
  place.replaceChildren(...sqlView((sql) => resource(`/d1/database/${part(id)}/query`, { method: "POST", body: JSON.stringify({ sql }) })));
}

export function dataset(place, name) {
  place.replaceChildren(...sqlView((body) => resource("/analytics_engine/sql", { method: "POST", body }),
    { first: `SELECT * FROM "${name}" ORDER BY timestamp DESC LIMIT 100` }));
}

// The objects of one class; a click on one chooses whom the SQL is for.
export function objects(place, id) {
  const base = `/workers/durable_objects/namespaces/${part(id)}`;
  const object = make("input", { "aria-label": "Object", placeholder: "Name or id", size: 70 });
  const listed = make("div");
  const said = notice();
  const [title, sql, buttons, answer, results] = sqlView((text) =>
    resource(`${base}/query`, { method: "POST", body: JSON.stringify({ object: object.value, sql: text }) }), { atOnce: false });
  place.replaceChildren(listed, said, title, object, sql, buttons, answer, results);
  guarded(said, async () => {
    const found = await resource(`${base}/objects`);
    listed.replaceChildren(found.length
      ? table(["Name", "Id"], found.map(({ id: hex, name }) => make("tr", { tabindex: "0", click: () => { object.value = name ?? hex; } },
        make("td", {}, name ?? ""), make("td", { class: "soft" }, hex))))
      : make("p", { class: "soft" }, "Nothing here."));
  })();
}

// -> the parts of a view
function sqlView(ask, { first = TABLES, atOnce = true } = {}) {
  const said = notice();
  const results = make("div");
  const sql = make("textarea", { "aria-label": "SQL", spellcheck: "false",
    keydown: (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run(); } });
  sql.value = first;

  let last = Promise.resolve(); // each waits for the one before: what is shown is the latest one's answer
  const run = (event) => {
    event?.preventDefault?.();
    const text = sql.value;
    last = last.then(guarded(said, async () => {
      const sets = await ask(text);
      results.replaceChildren(...sets.map(({ results: rows }) => rowsShown(rows)));
      return sets.map(({ results: rows, meta }) => `${rows.length} rows, ${meta.changes ?? meta.rows_written ?? 0} changed`).join("; ");
    }));
  };
  if (atOnce) run();
  return [make("h2", {}, "SQL"), sql, make("div", { class: "buttons" }, button("Run (Ctrl+Enter)", run)), said, results];
}

function rowsShown(rows) {
  if (!rows.length) return make("p", { class: "soft" }, "No rows.");
  const names = Object.keys(rows[0]);
  return table(names, rows.slice(0, 500).map((row) => make("tr", {}, ...names.map((name) => make("td", {}, shownValue(row[name]))))));
}
