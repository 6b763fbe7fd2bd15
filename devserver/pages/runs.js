// Queues, workflows and cron: what runs the Worker's code.
import { make, pairs, table } from "./dom.js";
import { resource } from "./data.js";
import { button, guarded, notice, shownValue } from "./forms.js";
import { graph } from "./steps.js";

const part = encodeURIComponent;
const post = (body) => ({ method: "POST", body: JSON.stringify(body) });

export function queue(place, name) {
  const said = notice();
  const body = make("textarea", { "aria-label": "Message, as JSON", spellcheck: "false" });
  body.value = '{"hello": "queue"}';
  const send = guarded(said, async () => {
    await resource(`/queues/${part(name)}/messages`, post({ body: JSON.parse(body.value) }));
    return "sent; its consumer's run is among the requests";
  });
  place.replaceChildren(make("h2", {}, "A message, as JSON"), body, make("div", { class: "buttons" }, button("Send", send)), said);
}

export function schedule(place, cron) {
  const said = notice();
  const run = guarded(said, async () => {
    const answer = await fetch(`/cdn-cgi/handler/scheduled?cron=${part(cron)}`);
    const text = await answer.text();
    if (!answer.ok) throw new Error(text);
    return text;
  });
  place.replaceChildren(make("h2", {}, cron), make("div", { class: "buttons" }, button("Run now", run)), said);
}

export function workflow(place, name) {
  const base = `/workflows/${part(name)}/instances`;
  const said = notice();
  const list = make("div");
  const details = make("div");
  const params = make("textarea", { "aria-label": "Parameters, as JSON", spellcheck: "false" });
  params.value = "{}";

  async function refresh() {
    const instances = await resource(base);
    list.replaceChildren(instances.length
      ? table(["Instance", "Status", "Created"], instances.map((item) => make("tr",
        { tabindex: "0", click: guarded(said, () => open(item.id)) },
        make("td", {}, item.id), make("td", {}, item.status), make("td", { class: "soft" }, new Date(item.created_on).toLocaleString()))))
      : make("p", { class: "soft" }, "No instance yet."));
  }
  async function open(id) {
    const instance = await resource(`${base}/${part(id)}`);
    const change = (status) => button(status, guarded(said, async () => {
      await resource(`${base}/${part(id)}/status`, { method: "PATCH", body: JSON.stringify({ status }) });
      await refresh();
      await open(id);
    }));
    details.replaceChildren(make("h2", {}, id),
      pairs([["Status", instance.status], ["Output", shownValue(instance.output ?? null)], ["Error", shownValue(instance.error)]]),
      make("div", { class: "buttons" }, ...["pause", "resume", "restart", "terminate"].map(change), button("refresh", guarded(said, () => open(id)))),
      make("h2", {}, "Steps"), graph(instance.steps),
      make("details", {}, make("summary", {}, "History"), make("ol", {}, ...instance.steps.map((step) => make("li", {}, make("pre", {}, JSON.stringify(step, null, 1)))))));
  }
  async function create() {
    const { id } = await resource(base, post({ params: JSON.parse(params.value || "{}") }));
    await refresh();
    await open(id);
  }
  place.replaceChildren(list, make("h2", {}, "A new instance: parameters, as JSON"), params,
    make("div", { class: "buttons" }, button("Create", guarded(said, create)), button("Refresh", guarded(said, refresh))), said, details);
  guarded(said, refresh)();
}
