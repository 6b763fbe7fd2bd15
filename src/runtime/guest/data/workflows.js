// Workflows: https://developers.cloudflare.com/api/resources/workflows/
import { ApiError, jsonBody, resource, succeeded } from "./envelope.js";
import { described } from "./instance_history.js";
import { fileOf, objectIds } from "./objects.js";

const BASE = "/workflows/:name";

export const workflows = [
  ["GET", "/workflows", ({ env }) => succeeded(env.RESOURCES.workflows)],
  ["GET", BASE, describe],
  ["GET", `${BASE}/instances`, list],
  ["POST", `${BASE}/instances`, create],
  ["POST", `${BASE}/instances/batch`, createMany],
  ["PUT", `${BASE}/instances/terminate`, terminateAll],
  ["POST", `${BASE}/instances/batch/delete`, removeMany],
  ["GET", `${BASE}/instances/:id`, read],
  ["DELETE", `${BASE}/instances/:id`, remove],
  ["PATCH", `${BASE}/instances/:id/status`, change],
  ["POST", `${BASE}/instances/:id/events/:type`, sendEvent],
];

const MOST_LISTED = 100;
const ASKED_AT_ONCE = 16;
const MOST_MADE_AT_ONCE = 100; // as the engine has it

// The engine's numbers of the states, in their order.
const STATES = ["queued", "running", "paused", "errored", "terminated", "complete", "waitingForPause", "waiting", "rollingBack"];

function describe({ env }, name) {
  const workflow = env.RESOURCES.workflows.find((item) => item.name === name);
  if (!workflow) throw new ApiError(404, 10200, `the project has no workflow \`${name}\``);
  return succeeded(workflow);
}

// The engine keeps no list: each instance is a Durable Object with a file of its own.
async function list({ env, query }, name) {
  const [from, to] = [query.get("date_start"), query.get("date_end")].map((text) => text && new Date(text).toISOString());
  const all = await instancesOf(env, name, query.get("status"));
  const chosen = all.filter(({ created_on: at }) => (!from || at >= from) && (!to || at <= to));
  if (query.get("direction") === "asc") chosen.reverse();
  const size = Math.min(positive(query.get("per_page")) ?? MOST_LISTED, MOST_LISTED);
  const page = positive(query.get("cursor")) ?? positive(query.get("page")) ?? 1; // the cursor is the next page's number
  const shown = chosen.slice((page - 1) * size, page * size);
  const info = { page, per_page: size, count: shown.length, total_count: chosen.length };
  return succeeded(shown, page * size < chosen.length ? { ...info, cursor: String(page + 1) } : info);
}

function positive(text) {
  return /^[1-9][0-9]{0,8}$/.test(text ?? "") ? Number(text) : undefined;
}

async function instancesOf(env, name, wanted) {
  const namespace = resource(env, "instances", name);
  const folder = folderOf(env, name);
  const left = await objectIds(env, folder);
  const instances = [];
  const ask = async () => {
    for (let hex = left.pop(); hex !== undefined; hex = left.pop()) {
      const { holdsData, changed } = await fileOf(env, folder, hex); // before the object is asked, which opens it
      const metadata = holdsData && (await namespace.get(namespace.idFromString(hex)).getInstanceMetadata().catch(isDeleted));
      if (!metadata) continue;
      const status = STATES[metadata.status] ?? String(metadata.status);
      instances.push({ id: metadata.instanceId, status, created_on: metadata.createdOn, modified_on: changed });
    }
  };
  await Promise.all(Array.from({ length: ASKED_AT_ONCE }, ask));
  const chosen = instances.filter(({ status }) => !wanted || status === wanted);
  return chosen.sort((one, other) => (one.created_on < other.created_on ? 1 : -1));
}

// What the engine says of an object that has no instance (any more).
function isDeleted(error) {
  if (!String(error?.message).includes("Engine was never started")) throw error;
}

// Of a Worker in another process its own folder is named.
function folderOf(env, name) {
  const { folder } = env.RESOURCES.workflows.find((item) => item.name === name) ?? {};
  return folder ?? `${env.WORKFLOWS_FOLDER}/miniflare-workflows-${name}`;
}

async function terminateAll({ env, query }, name) {
  const instances = await instancesOf(env, name, query.get("status"));
  const running = instances.filter(({ status }) => !["complete", "errored", "terminated"].includes(status));
  for (const { id } of running) await (await found(env, name, id)).terminate();
  return succeeded({ status: "ok", instancesTerminated: running.length });
}

async function removeMany({ request, env }, name) {
  return succeeded(await resource(env, "workflow-api", name).deleteBatch(await jsonBody(request)));
}

async function create({ request, env }, name) {
  const { instance_id, params } = await jsonBody(request);
  const instance = await resource(env, "workflow", name).create({ id: instance_id ?? crypto.randomUUID(), params });
  return succeeded({ id: instance.id, workflow_name: name, ...(await instance.status()) });
}

async function createMany({ request, env }, name) {
  const wanted = await jsonBody(request);
  if (!Array.isArray(wanted) || wanted.length > MOST_MADE_AT_ONCE) {
    throw new ApiError(400, 10001, `the body is no array of at most ${MOST_MADE_AT_ONCE}`);
  }
  const entries = wanted.map(({ instance_id, params }) => ({ id: instance_id ?? crypto.randomUUID(), params }));
  const made = await resource(env, "workflow", name).createBatch(entries);
  return succeeded(await Promise.all(made.map(async (one) => ({ id: one.id, workflow_name: name, ...(await one.status()) }))));
}

async function read({ env }, name, id) {
  const instance = await found(env, name, id);
  const { status, output, error } = await instance.status();
  const events = await history(env, name, id);
  const shown = { id, status, output, error: error ?? null };
  // `pyw dev` shows the engine's own history (devserver/pages/steps.js), a server what the platform's clients know.
  return succeeded(env.RESOURCES.workflows.some((item) => item.name === name && item.folder) ? { ...shown, ...described(events) } : { ...shown, steps: events });
}

async function remove({ env }, name, id) {
  await found(env, name, id);
  await resource(env, "workflow-api", name).deleteInstance(id);
  return succeeded({ status: "ok" });
}

async function change({ request, env }, name, id) {
  const { status, ...options } = await jsonBody(request); // `from` of a restart, `rollback` of a termination
  if (!["pause", "resume", "terminate", "restart"].includes(status)) {
    throw new ApiError(400, 10001, `\`${status}\` is none of pause, resume, terminate, restart`);
  }
  const instance = await found(env, name, id);
  await instance[status](...(Object.keys(options).length ? [options] : []));
  return succeeded({ status: (await instance.status()).status });
}

async function sendEvent({ request, env }, name, id, type) {
  const instance = await found(env, name, id);
  const text = await request.text();
  await instance.sendEvent({ type, payload: text ? JSON.parse(text) : undefined });
  return succeeded(null);
}

async function found(env, name, id) {
  try {
    return await resource(env, "workflow", name).get(id);
  } catch (error) {
    if (!String(error.message).includes("not_found")) throw error;
    throw new ApiError(404, 10400, `the workflow \`${name}\` has no instance \`${id}\``);
  }
}

// What happened so far, oldest first.
async function history(env, name, id) {
  const object = resource(env, "instances", name).getByName(id);
  const subscription = await object.subscribe({});
  const events = [];
  for (;;) {
    const next = await settled(subscription.next(), object);
    if (next === PENDING || next.done) return events;
    events.push(next.value);
  }
}

// The stream goes on while the instance runs. What is there already comes without waiting: nothing new is there when another
// call has gone there and back meanwhile.
const PENDING = Symbol("pending");
const PAUSE_MS = 50;

async function settled(answer, object) {
  const pause = () => scheduler.wait(PAUSE_MS).then(() => PENDING);
  const first = await Promise.race([answer, pause()]);
  if (first !== PENDING) return first;
  await object.getInstanceMetadata();
  return await Promise.race([answer, pause()]);
}
