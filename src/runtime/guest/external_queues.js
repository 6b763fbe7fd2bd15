// Queues whose consumer is another Worker, in another workerd: what is sent goes there, to the queue of the consumer, which
// has its settings. While no such Worker runs, messages are kept here, and sent on when one does.
//
// Bindings: REGISTRY and DEBUG (external.js), OUTBOX, the objects that keep messages, one a queue.
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
import { NotRunning, connections, reached } from "./external.js";

// How long until it is looked for a consumer again.
const RETRY_MS = 1000;
const METRICS = { backlogCount: 0, backlogBytes: 0, oldestMessageTimestamp: 0 };

// Speaks what workerd's `queue` binding does: POST /message and /batch, GET /metrics. ctx.props: {queue}
export default class extends WorkerEntrypoint {
  async fetch(request) {
    const { queue } = this.ctx.props;
    const message = {
      path: new URL(request.url).pathname,
      headers: [...request.headers].filter(([name]) => name.startsWith("x-msg-")),
      body: request.method === "POST" ? await request.arrayBuffer() : null,
    };
    const { status, body } = await this.env.OUTBOX.getByName(queue).pass(queue, message);
    return new Response(body, { status });
  }
}

export class Outbox extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    this.sql = ctx.storage.sql;
    this.sql.exec("CREATE TABLE IF NOT EXISTS kept (number INTEGER PRIMARY KEY, queue TEXT, path TEXT, headers TEXT, body BLOB)");
  }

  // Messages keep their order: none overtakes those that wait.
  async pass(queue, message) {
    if (!this.waiting() || !message.body) {
      try {
        return await delivered(this.env, queue, message);
      } catch (error) {
        if (!(error instanceof NotRunning)) throw error;
      }
    }
    const { path, headers, body } = message;
    if (!body) return { status: 200, body: JSON.stringify({ ...METRICS, backlogCount: this.waiting() }) };
    this.sql.exec("INSERT INTO kept (queue, path, headers, body) VALUES (?, ?, ?, ?)", queue, path, JSON.stringify(headers), body);
    await this.ctx.storage.setAlarm(Date.now() + RETRY_MS);
    return { status: 200, body: JSON.stringify({ metadata: { metrics: { ...METRICS, backlogCount: this.waiting() } } }) };
  }

  waiting() {
    return this.sql.exec("SELECT count(*) AS n FROM kept").one().n;
  }

  async alarm() {
    try {
      for (;;) {
        const [kept] = this.sql.exec("SELECT * FROM kept ORDER BY number LIMIT 1").toArray();
        if (!kept) return;
        const { status, body } = await delivered(this.env, kept.queue, { ...kept, headers: JSON.parse(kept.headers) });
        if (status === 429) break; // the queue is full for now
        if (status !== 200) console.error(`queue "${kept.queue}": a message was refused: ${body}`);
        this.sql.exec("DELETE FROM kept WHERE number = ?", kept.number);
      }
    } catch (error) {
      if (!(error instanceof NotRunning)) console.error(`a queue's messages wait: ${error}`);
    }
    await this.ctx.storage.setAlarm(Date.now() + RETRY_MS);
  }
}

async function delivered(env, queue, { path, headers, body }) {
  for await (const { client, worker } of connections(env, ({ queueConsumers }) => queueConsumers?.includes(queue))) {
    try {
      return await reached(worker, async () => {
        const remote = client.getEntrypoint("queues", undefined, { queue });
        const answer = await remote.fetch(`http://queue${path}`, { method: body ? "POST" : "GET", headers, body });
        return { status: answer.status, body: await answer.text() };
      });
    } catch (error) {
      if (!(error instanceof NotRunning)) throw error;
    }
  }
  throw new NotRunning(`no Worker that runs here takes messages of the queue \`${queue}\``);
}
