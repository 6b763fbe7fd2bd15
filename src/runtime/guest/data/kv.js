// KV: https://developers.cloudflare.com/api/resources/kv/
import { ApiError, jsonBody, resource, succeeded } from "./envelope.js";

const BASE = "/storage/kv/namespaces/:id";
const BATCH = 100;
const number = (text) => (text === null ? undefined : Number(text));

export const kv = [
  ["GET", `${BASE}/keys`, list],
  ["GET", `${BASE}/metadata/*key`, metadata],
  ["GET", `${BASE}/values/*key`, read],
  ["PUT", `${BASE}/values/*key`, write],
  ["DELETE", `${BASE}/values/*key`, remove],
  ["PUT", `${BASE}/bulk`, writeMany],
  ["POST", `${BASE}/bulk/get`, readMany],
  ["DELETE", `${BASE}/bulk`, removeMany],
  ["POST", `${BASE}/bulk/delete`, removeMany],
];

async function list({ env, query }, id) {
  const page = await resource(env, "kv", id).list({
    prefix: query.get("prefix") || undefined,
    cursor: query.get("cursor") || undefined,
    limit: number(query.get("limit")),
  });
  return succeeded(page.keys, { count: page.keys.length, cursor: page.list_complete ? "" : page.cursor });
}

async function read({ env }, id, key) {
  const { value, metadata } = await resource(env, "kv", id).getWithMetadata(key, "stream");
  if (value === null) throw missing(key);
  const headers = { "content-type": "application/octet-stream" };
  if (metadata !== null) headers["cf-kv-metadata"] = JSON.stringify(metadata);
  return new Response(value, { headers });
}

async function metadata({ env }, id, key) {
  const { value, metadata } = await resource(env, "kv", id).getWithMetadata(key, "stream");
  if (value === null) throw missing(key);
  await value.cancel();
  return succeeded(metadata);
}

async function write({ request, env, query }, id, key) {
  const options = { expiration: number(query.get("expiration")), expirationTtl: number(query.get("expiration_ttl")) };
  let value = request.body ?? "";
  if (request.headers.get("content-type")?.startsWith("multipart/form-data")) {
    const form = await request.formData();
    value = form.get("value");
    if (value instanceof Blob) value = await value.arrayBuffer();
    if (form.has("metadata")) options.metadata = JSON.parse(form.get("metadata"));
  }
  await resource(env, "kv", id).put(key, value, options);
  return succeeded(null);
}

async function remove({ env }, id, key) {
  await resource(env, "kv", id).delete(key);
  return succeeded(null);
}

async function writeMany({ request, env }, id) {
  const namespace = resource(env, "kv", id);
  const entries = await jsonBody(request);
  await inBatches(entries, (entry) =>
    namespace.put(entry.key, entry.base64 ? bytesOf(entry.value) : String(entry.value), {
      expiration: entry.expiration,
      expirationTtl: entry.expiration_ttl,
      metadata: entry.metadata,
    }),
  );
  return succeeded({ successful_key_count: entries.length, unsuccessful_keys: [] });
}

async function readMany({ request, env }, id) {
  const namespace = resource(env, "kv", id);
  const { keys, type = "text", withMetadata = false } = await jsonBody(request);
  const values = {};
  for (const key of keys) {
    const { value, metadata } = await namespace.getWithMetadata(key, type);
    values[key] = withMetadata && value !== null ? { value, metadata } : value;
  }
  return succeeded({ values });
}

async function removeMany({ request, env }, id) {
  const namespace = resource(env, "kv", id);
  const keys = await jsonBody(request);
  await inBatches(keys, (key) => namespace.delete(key));
  return succeeded({ successful_key_count: keys.length, unsuccessful_keys: [] });
}

// Side by side, but not thousands at once.
async function inBatches(items, act) {
  for (let start = 0; start < items.length; start += BATCH) {
    await Promise.all(items.slice(start, start + BATCH).map(act));
  }
}

function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
}

function missing(key) {
  return new ApiError(404, 10009, `get: 'key not found': ${key}`);
}
