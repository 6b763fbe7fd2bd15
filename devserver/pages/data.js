// What the Worker keeps, through the local data API (the one that `pyw kv|r2|d1|do|analytics|queues|workflows --local` use): one
// view a kind of resource.
import { make } from "./dom.js";
import { bucket, database, dataset, namespace, objects } from "./stores.js";
import { queue, schedule, workflow } from "./runs.js";

const KINDS = [
  ["kv", "KV", namespace, (item) => [item.binding, item.id]],
  ["r2", "R2", bucket, (item) => [item.binding, item.name]],
  ["d1", "D1", database, (item) => [item.binding, item.id]],
  ["objects", "Durable Object", objects, (item) => [item.class, item.id]],
  ["analytics", "Analytics", dataset, (item) => [item.dataset, item.dataset]],
  ["queues", "Queue", queue, (item) => [item, item]],
  ["workflows", "Workflow", workflow, (item) => [item.name, item.name]],
];
let resources = [];
let chosen = 0;

// Asks what there is; false when this Worker has nothing of the kind.
export async function load(session) {
  const found = await resource("/resources").catch(() => ({}));
  resources = KINDS.flatMap(([key, kind, view, names]) => (found[key] ?? []).map((item) => {
    const [label, id] = names(item);
    return { label: `${kind} ${label}`, show: (place) => view(place, id) };
  }));
  for (const cron of session.crons ?? []) {
    resources.push({ label: `Cron ${cron}`, show: (place) => schedule(place, cron) });
  }
  return resources.length > 0;
}

export function show(view) {
  chosen = Math.max(0, Math.min(chosen, resources.length - 1));
  const place = make("section");
  const select = make("select", {
    "aria-label": "Resource",
    change: (event) => { chosen = Number(event.target.value); open(); },
  }, ...resources.map(({ label }, index) => make("option", { value: index, selected: index === chosen }, label)));
  const open = () => {
    place.replaceChildren();
    resources[chosen]?.show(place);
  };
  view.replaceChildren(select, place);
  open();
}

// The `result` of the API's envelope; an error with its words.
export async function resource(path, options) {
  const answer = await answerOf(path, options);
  const body = await answer.json();
  if (!body.success) throw new Error(body.errors.map(({ message }) => message).join("\n"));
  return body.result;
}

export const answerOf = (path, options) => fetch(`/cdn-cgi/pyw/api/accounts/local${path}`, options);
