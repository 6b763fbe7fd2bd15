// Workflows: https://developers.cloudflare.com/api/resources/workflows/
import { ApiError, jsonBody, resource, succeeded } from "./envelope.js";
import { objectIds } from "./objects.js";

const BASE = "/workflows/:name";

export const workflows = [
  ["GET", "/workflows", ({ env }) => succeeded(env.RESOURCES.workflows)],
  ["GET", BASE, describe],
  ["GET", `${BASE}/instances`, list],
  ["POST", `${BASE}/instances`, create],
  ["PUT", `${BASE}/instances/terminate`, terminateAll],
  ["POST", `${BASE}/instances/batch/delete`, removeMany],
  ["GET", `${BASE}/instances/:id`, read],
  ["DELETE", `${BASE}/instances/:id`, remove],
  ["PATCH", `${BASE}/instances/:id/status`, change],
  ["POST", `${BASE}/instances/:id/events/:type`, sendEvent],
];

// The engine's numbers of the states, in their order.
const STATES = ["queued", "running", "paused", "errored", "terminated", "complete", "waitingForPause", "waiting", "rollingBack"];

function describe({ env }, name) {
  const workflow = env.RESOURCES.workflows.find((item) => item.name === name);
  if (!workflow) throw new ApiError(404, 10200, `the project has no workflow \`${name}\``);
  return succeeded(workflow);
}

// The engine keeps no list: each instance is a Durable Object with a file of its own.
async function list({ env, query }, name) {
  const chosen = await instancesOf(env, name, query.get("status"));
  return succeeded(chosen, { page: 1, per_page: chosen.length, count: chosen.length, total_count: chosen.length });
}

async function instancesOf(env, name, wanted) {
  const namespace = resource(env, "instances", name);
  const instances = [];
  for (const hex of await objectIds(env, `${env.WORKFLOWS_FOLDER}/miniflare-workflows-${name}`)) {
    const metadata = await namespace.get(namespace.idFromString(hex)).getInstanceMetadata().catch(() => null);
    if (metadata) {
      const status = STATES[metadata.status] ?? String(metadata.status);
      instances.push({ id: metadata.instanceId, status, created_on: metadata.createdOn });
    }
  }
  const chosen = instances.filter(({ status }) => !wanted || status === wanted);
  return chosen.sort((one, other) => (one.created_on < other.created_on ? 1 : -1));
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

async function read({ env }, name, id) {
  const instance = await found(env, name, id);
  const { status, output, error } = await instance.status();
  return succeeded({ id, status, output, error: error ?? null, steps: await history(env, name, id) });
}

async function remove({ env }, name, id) {
  await found(env, name, id);
  await resource(env, "workflow-api", name).deleteInstance(id);
  return succeeded({ status: "ok" });
}

async function change({ request, env }, name, id) {
  const { status } = await jsonBody(request);
  if (!["pause", "resume", "terminate", "restart"].includes(status)) {
    throw new ApiError(400, 10001, `\`${status}\` is none of pause, resume, terminate, restart`);
  }
  const instance = await found(env, name, id);
  await instance[status]();
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
  const namespace = resource(env, "instances", name);
  const subscription = await namespace.getByName(id).subscribe({});
  const events = [];
  // The stream goes on while the instance runs: what is there already comes without waiting.
  const pending = Symbol("pending");
  for (;;) {
    const next = await Promise.race([subscription.next(), scheduler.wait(50).then(() => pending)]);
    if (next === pending || next.done) break;
    events.push(next.value);
  }
  return events;
}
