// Queues: https://developers.cloudflare.com/api/resources/queues/
import { ApiError, jsonBody, resource, succeeded } from "./envelope.js";

export const queues = [
  ["GET", "/queues", ({ env }) => succeeded(env.RESOURCES.queues.map((name) => ({ queue_id: name, queue_name: name })))],
  ["GET", "/queues/:name/metrics", async ({ env }, name) => succeeded(await resource(env, "queue", name).metrics())],
  ["POST", "/queues/:name/messages", send],
  ["POST", "/queues/:name/messages/batch", sendMany],
];

async function send({ request, env }, name) {
  const message = await jsonBody(request);
  await resource(env, "queue", name).send(bodyOf(message), optionsOf(message));
  return succeeded(null);
}

async function sendMany({ request, env }, name) {
  const { messages, delay_seconds } = await jsonBody(request);
  await resource(env, "queue", name).sendBatch(
    messages.map((message) => ({ body: bodyOf(message), ...optionsOf(message) })),
    { delaySeconds: delay_seconds },
  );
  return succeeded(null);
}

function bodyOf({ body, content_type = "json" }) {
  if (body === undefined) throw new ApiError(400, 10001, "the message has no `body`");
  if (content_type === "bytes") return Uint8Array.from(atob(body), (sign) => sign.charCodeAt(0));
  return body;
}

function optionsOf({ content_type = "json", delay_seconds }) {
  return { contentType: content_type, delaySeconds: delay_seconds };
}
