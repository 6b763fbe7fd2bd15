// Durable Objects: https://developers.cloudflare.com/api/resources/durable_objects/ and, of its kind, /query.
//
// The id of a namespace is the folder of its objects: WORKER-CLASS.
import { ApiError, jsonBody, resource, succeeded } from "./envelope.js";
import { ERASE, ERASED, QUERY } from "./object_methods.js";
import { statementsOf } from "./sql.js";

const BASE = "/workers/durable_objects/namespaces";

export const objects = [
  ["GET", BASE, ({ env }) => succeeded(env.RESOURCES.objects)],
  ["GET", `${BASE}/:id/objects`, list],
  ["POST", `${BASE}/:id/query`, query],
  ["DELETE", `${BASE}/:id/objects/:object`, remove],
];

async function list({ env }, id) {
  resource(env, "objects", id);
  const found = [];
  for (const hex of await objectIds(env, `${env.OBJECTS_FOLDER}/${id}`)) {
    if (await holdsData(env, id, hex)) found.push({ id: hex, name: await nameOf(env, hex), hasStoredData: true });
  }
  found.sort((one, other) => (one.name ?? one.id).localeCompare(other.name ?? other.id));
  return succeeded(found, { count: found.length, cursor: "" });
}

// {object: its id or name, sql}
async function query({ request, env }, id) {
  const { object: idOrName, sql } = await jsonBody(request);
  const { use_sqlite, class: name } = env.RESOURCES.objects.find((item) => item.id === id) ?? {};
  const object = await found(env, id, idOrName);
  if (!use_sqlite) {
    throw new ApiError(400, 7500, `the class \`${name}\` keeps its data as keys and values, not in SQLite: it has no SQL`);
  }
  const statements = statementsOf(sql);
  const results = await asked(object, QUERY, statements);
  return succeeded(results.map(({ results, ...meta }) => ({ results, success: true, meta })));
}

async function remove({ env }, id, idOrName) {
  const object = await found(env, id, idOrName);
  try {
    await asked(object, ERASE);
  } catch (error) {
    if (!String(error.message).includes(ERASED)) throw error;
  }
  await env["object-names"].fetch(`http://names/${object.id}`, { method: "DELETE" });
  return succeeded({ id: object.id.toString() });
}

async function found(env, id, idOrName) {
  const namespace = resource(env, "objects", id);
  const isId = /^[0-9a-f]{64}$/i.test(idOrName);
  const objectId = isId ? namespace.idFromString(idOrName) : namespace.idFromName(idOrName);
  if (!(await holdsData(env, id, objectId))) throw new ApiError(404, 10009, `there is no object \`${idOrName}\``);
  return namespace.get(objectId);
}

async function asked(object, method, ...values) {
  try {
    return await object[method](...values);
  } catch (error) {
    // Its class has no such method, or is one of those that do not extend DurableObject and have no RPC.
    if (!/does not implement|does not support RPC/.test(String(error.message))) throw error;
    throw new ApiError(400, 7500, "a running Worker in JavaScript cannot be asked for its objects: end it first");
  }
}

// What deleteAll() leaves is a file that has no table: one page, or one frame of the log that holds it
// (https://sqlite.org/fileformat.html: a header of 32 bytes, then one of 24 before each page).
const PAGE = 4096;
const EMPTY = [["", PAGE], ["-wal", 32 + 24 + PAGE]];

async function holdsData(env, id, hex) {
  return (await fileOf(env, `${env.OBJECTS_FOLDER}/${id}`, hex)).holdsData;
}

// What the disk says of an object's storage: {holdsData, changed: when it was last written, as ISO 8601 has it}.
export async function fileOf(env, folder, hex) {
  let holdsData = false;
  let changed = 0;
  for (const [ending, most] of EMPTY) {
    const answer = await env.state.fetch(`http://state/${folder}/${hex}.sqlite${ending}`, { method: "HEAD" });
    if (!answer.ok) continue;
    holdsData ||= Number(answer.headers.get("content-length")) > most;
    changed = Math.max(changed, Date.parse(answer.headers.get("last-modified")) || 0);
  }
  return { holdsData, changed: new Date(changed).toISOString() };
}

async function nameOf(env, hex) {
  const answer = await env["object-names"].fetch(`http://names/${hex}`);
  return answer.ok ? await answer.text() : null;
}

export async function objectIds(env, folder) {
  const answer = await env.state.fetch(`http://state/${folder}`);
  if (!answer.ok) return [];
  const entries = await answer.json();
  return entries.map(({ name }) => /^([0-9a-f]{64})\.sqlite$/.exec(name)?.[1]).filter(Boolean);
}
