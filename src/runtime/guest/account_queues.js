// The queues of an account, for `pyw edge`: what workerd's own service is for producers and for consumers that are Workers, and
// what the API does with messages (edge/queue_messages.hpp).
//
// A pulled message is hidden for the time of its lease, and the attempt counts from the pull. A lease's id names shard, message and attempt: it holds
// over the end of this process, and one that has run out still acknowledges its message, as in production.
//
// Bindings: those of workerd's /workerd/queues.js; FILES, the disk with the shards; DELAYS, JSON: a queue's own delay in seconds,
// for messages without one.
import bundled, { QueueShard as BundledShard } from "queues.js";
import { ApiError, failed, jsonBody, succeeded } from "./data/envelope.js";
import { named } from "./store_names.js";

const OPERATIONS = { "/send": send, "/pull": pull, "/settle": settle, "/purge": purge, "/backlog": backlog, "/wake": wake };
const DELAY = "x-msg-delay-secs";
// Production's codes: https://developers.cloudflare.com/queues/reference/error-codes/
const INVALID_MESSAGE = 10203;
const MESSAGE_TOO_LARGE = 10204;
const BATCH_TOO_LARGE = 10205;
const OVERLOADED = 10250;
// How long dead letters are hidden while they are sent to their queue.
const BURIAL_MS = 60_000;
const BATCH = 100;
// The bundled service's order of formats.
const FORMATS = ["v8", "text", "json", "bytes"];

export default named({ fetch: answer }, "queue");

async function answer(request, env, ctx) {
  const { queue } = ctx.props;
  const operation = OPERATIONS[new URL(request.url).pathname];
  if (!operation) return await bundled.fetch(delayed(request, env.DELAYS[queue]), env, ctx);
  try {
    return succeeded(await operation({ queue, env, ctx, ...(await jsonBody(request)) }));
  } catch (error) {
    return failed(error);
  }
}

function delayed(request, seconds) {
  if (!seconds || request.headers.has(DELAY)) return request;
  const headers = new Headers(request.headers);
  headers.set(DELAY, seconds);
  return new Request(request, { headers });
}

// {messages: [{body, content_type, delay_seconds}], delay_seconds}: all of them or none.
async function send({ env, ctx, messages, delay_seconds }) {
  const body = JSON.stringify({
    messages: messages.map((message) => ({
      body: bytesOf(message).toBase64(),
      contentType: message.content_type,
      delaySecs: message.delay_seconds,
    })),
  });
  const headers = delay_seconds === undefined ? {} : { [DELAY]: delay_seconds };
  const request = new Request("http://queue/batch", { method: "POST", headers, body });
  const sent = await bundled.fetch(delayed(request, env.DELAYS[ctx.props.queue]), env, ctx);
  const told = await sent.json();
  if (sent.status === 429) throw new ApiError(429, OVERLOADED, told);
  if (!sent.ok) throw new ApiError(sent.status, /^batch/.test(told) ? BATCH_TOO_LARGE : MESSAGE_TOO_LARGE, told);
  return { metadata: { metrics: metricsOf(told.metadata.metrics) } };
}

const encoder = new TextEncoder();

function bytesOf({ body, content_type }) {
  if (content_type === "json") return encoder.encode(JSON.stringify(body));
  if (content_type === "text") return encoder.encode(body);
  try {
    return Uint8Array.fromBase64(body);
  } catch {
    throw new ApiError(400, INVALID_MESSAGE, "the `body` of a message of bytes is base64");
  }
}

// `consumer`: {max_retries, retry_delay, dead_letter_queue}.
async function pull({ queue, env, batch_size, visibility_timeout_ms, consumer }) {
  const messages = [];
  for (const { id, stub } of await shardsOf(queue, env)) {
    const pulled = await stub.pull(batch_size - messages.length, visibility_timeout_ms, consumer);
    messages.push(...pulled.map(({ seq, ...message }) => ({ ...message, lease_id: `${id}.${seq}.${message.attempts}.${message.id}` })));
    if (messages.length >= batch_size) break;
  }
  const metrics = await backlog({ queue, env });
  return { message_backlog_count: metrics.backlog_count, messages, metadata: { metrics } };
}

// {acks: [lease], retries: [{lease, delay}], consumer}.
async function settle({ queue, env, acks, retries, consumer }) {
  const out = { ackCount: 0, retryCount: 0, warnings: {} };
  const byShard = new Map((await shardsOf(queue, env)).map(({ id, stub }) => [id, { stub, acks: [], retries: [] }]));
  const sort = (lease, list, more) => {
    const [shard, seq, attempts, id] = lease.split(".");
    const of = byShard.get(shard);
    if (of) of[list].push({ lease, seq: Number(seq), attempts: Number(attempts), id, ...more });
    else out.warnings[lease] = "the lease is not one of this queue";
  };
  for (const lease of acks) sort(lease, "acks");
  for (const { lease, delay } of retries) sort(lease, "retries", { delay });
  for (const { stub, ...of } of byShard.values()) {
    if (of.acks.length + of.retries.length === 0) continue;
    const { ackCount, retryCount, warnings } = await stub.settle(of.acks, of.retries, consumer);
    out.ackCount += ackCount;
    out.retryCount += retryCount;
    Object.assign(out.warnings, warnings);
  }
  return out;
}

async function purge({ queue, env }) {
  for (const { stub } of await shardsOf(queue, env)) await stub.purge();
  return null;
}

async function backlog({ queue, env }) {
  const out = { backlog_count: 0, backlog_bytes: 0, oldest_message_timestamp_ms: 0 };
  for (const { stub } of await shardsOf(queue, env)) {
    const { backlog_count, backlog_bytes, oldest_message_timestamp_ms: oldest } = await stub.backlog();
    out.backlog_count += backlog_count;
    out.backlog_bytes += backlog_bytes;
    if (oldest) out.oldest_message_timestamp_ms = Math.min(oldest, out.oldest_message_timestamp_ms || Infinity);
  }
  return out;
}

// A shard that is asked looks at what waits: another consumer may have it in more or fewer shards than where messages lie.
async function wake({ queue, env }) {
  return await backlog({ queue, env });
}

function metricsOf({ backlogCount, backlogBytes, oldestMessageTimestamp }) {
  return { backlog_count: backlogCount, backlog_bytes: backlogBytes, oldest_message_timestamp_ms: oldestMessageTimestamp };
}

const queues = new Map(); // by shard's id, of those that were asked

// Where the queue's messages lie: what a shard is called depends on its consumer's settings, so the disk is asked.
async function shardsOf(queue, env) {
  const listed = await env.FILES.fetch("http://files/QueueShard");
  const out = [];
  for (const { name } of listed.ok ? await listed.json() : []) {
    const id = /^([0-9a-f]{64})\.sqlite$/.exec(name)?.[1];
    if (!id) continue;
    const stub = env.SHARD.get(env.SHARD.idFromString(id));
    if (!queues.has(id)) {
      const found = await stub.queueName();
      if (found === undefined) continue;
      queues.set(id, found);
    }
    if (queues.get(id) === queue) out.push({ id, stub });
  }
  return out;
}

const WAITING = "lease IS NULL AND timestamp > 0 AND visible_at <= ?";
const decoder = new TextDecoder();

export class QueueShard extends BundledShard {
  queueName() {
    return this.ctx.storage.kv.get("queue");
  }

  backlog() {
    return metricsOf(JSON.parse(this.call(this.queueName(), "/metrics", "v8", 0, null).body));
  }

  purge() {
    this.ctx.storage.sql.exec("UPDATE messages SET timestamp = 0");
    this.backlog();
  }

  async pull(count, hiddenMs, consumer) {
    await this.#bury(consumer);
    const now = Date.now();
    return this.ctx.storage.sql
      .exec(
        `UPDATE messages SET attempts = attempts + 1, visible_at = ? WHERE seq IN (SELECT seq FROM messages
           WHERE ${WAITING} AND dead = 0 ORDER BY visible_at, seq LIMIT ?) RETURNING *`,
        now + hiddenMs,
        now,
        count,
      )
      .toArray()
      .sort((a, b) => a.seq - b.seq)
      .map(({ seq, id, attempts, timestamp, format, body }) => ({
        seq,
        id,
        attempts,
        timestamp_ms: timestamp,
        body: FORMATS[format] === "text" ? decoder.decode(body) : new Uint8Array(body).toBase64(),
        metadata: { "CF-Content-Type": FORMATS[format] },
      }));
  }

  async settle(acks, retries, consumer) {
    const out = { ackCount: 0, retryCount: 0, warnings: {} };
    for (const { lease, seq, id } of acks) {
      if (this.#remove("seq = ? AND id = ? AND timestamp > 0", seq, id)) out.ackCount++;
      else out.warnings[lease] = "the message is no longer in the queue";
    }
    for (const { lease, seq, id, attempts, delay } of retries) {
      // One that is out of attempts waits for nothing.
      const seconds = attempts > consumer.max_retries ? 0 : (delay ?? consumer.retry_delay);
      const found = this.ctx.storage.sql.exec(
        "UPDATE messages SET visible_at = ? WHERE seq = ? AND id = ? AND attempts = ? AND lease IS NULL AND timestamp > 0 RETURNING seq",
        Date.now() + seconds * 1000,
        seq,
        id,
        attempts,
      );
      if (found.toArray().length > 0) out.retryCount++;
      else out.warnings[lease] = "the message has been pulled again, or is no longer in the queue";
    }
    await this.#bury(consumer);
    return out;
  }

  // Those that are out of attempts: to their queue, where there is one, then away. Ended in between, they are sent again.
  async #bury({ max_retries, dead_letter_queue }) {
    for (;;) {
      const now = Date.now();
      const spent = this.ctx.storage.sql
        .exec(
          `UPDATE messages SET visible_at = ? WHERE seq IN (SELECT seq FROM messages
             WHERE ${WAITING} AND (dead = 1 OR attempts > ?) LIMIT ?) RETURNING *`,
          now + BURIAL_MS,
          now,
          max_retries,
          BATCH,
        )
        .toArray();
      if (spent.length === 0) return;
      if (dead_letter_queue) {
        const letters = spent.map(({ id, timestamp, format, body }) => ({ id, timestamp, contentType: FORMATS[format], body }));
        // The first shard is one that every consumer has, whatever its concurrency.
        const grave = this.env.SHARD.getByName(`${dead_letter_queue}#0`);
        const { status } = await grave.call(dead_letter_queue, "/dead", "v8", 0, letters);
        if (status !== 200) return console.error(`queue "${this.queueName()}": dead letters were refused: ${status}`);
      }
      for (const { seq } of spent) this.#remove("seq = ?", seq);
    }
  }

  // -> how many. The bundled class counts what it keeps: so it is told that they are too old, and removes them itself when it is asked.
  #remove(where, ...values) {
    const found = this.ctx.storage.sql.exec(`UPDATE messages SET timestamp = 0 WHERE ${where} RETURNING seq`, ...values).toArray();
    if (found.length > 0) this.backlog();
    return found.length;
  }
}
