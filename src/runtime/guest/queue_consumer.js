// Consumes the queues of an account in the place of its Workers: hands each batch to the Worker that is to have it, which
// the server starts when it does not run, and does with the messages what that Worker said.
//
// Bindings: REGISTRY and DEBUG (external.js). ctx.props: {worker}
import { WorkerEntrypoint } from "cloudflare:workers";
import { connectionTo } from "./external.js";

export default class extends WorkerEntrypoint {
  async queue(batch) {
    const { client } = await connectionTo(this.env, this.ctx.props.worker);
    const messages = batch.messages.map(({ id, timestamp, body, attempts }) => ({ id, timestamp, body, attempts }));
    const said = await client.getEntrypoint("front", "Events", {}).deliver(batch.queue, messages);
    if (said.outcome !== "ok") throw new Error(`the consumer of the queue \`${batch.queue}\` failed: ${said.outcome}`);
    if (said.ackAll) batch.ackAll();
    if (said.retryBatch?.retry) batch.retryAll({ delaySeconds: said.retryBatch.delaySeconds });
    const byId = new Map(batch.messages.map((message) => [message.id, message]));
    for (const id of said.explicitAcks ?? []) byId.get(id)?.ack();
    for (const { msgId, delaySeconds } of said.retryMessages ?? []) byId.get(msgId)?.retry({ delaySeconds });
  }
}
