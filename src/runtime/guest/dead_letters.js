// Consumes, in the place of a Worker that does not run here, the queues that dead letters go to: sends them on to whoever
// does (external_queues.js), which keeps them until that Worker runs.
//
// Bindings: queue:NAME, each of these queues.
import { WorkerEntrypoint } from "cloudflare:workers";

export default class extends WorkerEntrypoint {
  async queue(batch) {
    const target = this.env[`queue:${batch.queue}`];
    for (const message of batch.messages) {
      // Not known is the format it was sent in: structured clones give every body back as it is.
      await target.send(message.body, { contentType: "v8" });
      message.ack();
    }
  }
}
