// R2: https://developers.cloudflare.com/api/resources/r2/
import { ApiError, resource, succeeded } from "./envelope.js";

const BASE = "/r2/buckets/:name/objects";
// The headers that are kept with an object, as R2's httpMetadata.
const HEADERS = ["content-type", "content-language", "content-disposition", "content-encoding", "cache-control", "expires"];

export const r2 = [
  ["GET", BASE, list],
  ["GET", `${BASE}/*key`, read],
  ["PUT", `${BASE}/*key`, write],
  ["DELETE", `${BASE}/*key`, remove],
];

async function list({ env, query }, name) {
  const page = await resource(env, "r2", name).list({
    prefix: query.get("prefix") || undefined,
    delimiter: query.get("delimiter") || undefined,
    cursor: query.get("cursor") || undefined,
    limit: query.has("per_page") ? Number(query.get("per_page")) : undefined,
    include: ["httpMetadata", "customMetadata"],
  });
  const objects = page.objects.map((object) => ({
    key: object.key,
    size: object.size,
    etag: object.etag,
    last_modified: object.uploaded.toISOString(),
    http_metadata: object.httpMetadata,
    custom_metadata: object.customMetadata,
  }));
  return succeeded(objects, {
    cursor: page.truncated ? page.cursor : "",
    is_truncated: page.truncated,
    delimited: page.delimitedPrefixes,
  });
}

async function read({ env }, name, key) {
  const object = await resource(env, "r2", name).get(key);
  if (!object) throw new ApiError(404, 10007, `The specified key does not exist: ${key}`);
  const headers = new Headers({ etag: object.httpEtag, "last-modified": object.uploaded.toUTCString() });
  object.writeHttpMetadata(headers);
  return new Response(object.body, { headers });
}

async function write({ request, env }, name, key) {
  const httpMetadata = new Headers();
  for (const header of HEADERS) {
    const value = request.headers.get(header);
    if (value) httpMetadata.set(header, value);
  }
  const length = request.headers.get("content-length");
  // A bucket takes a stream only when its length is known.
  const body = request.body && length ? request.body.pipeThrough(new FixedLengthStream(Number(length))) : await request.arrayBuffer();
  const object = await resource(env, "r2", name).put(key, body, { httpMetadata });
  return succeeded({ key: object.key, etag: object.etag, size: String(object.size), version: object.version });
}

async function remove({ env }, name, key) {
  await resource(env, "r2", name).delete(key);
  return succeeded({ key });
}
