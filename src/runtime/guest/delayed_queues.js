// Queues as a producer sees them whose configuration has a `delivery_delay`: what is sent without a delay of its own gets
// that one. workerd's queues know delays of messages only.
//
// Bindings: queue:NAME, each of these queues.
import { WorkerEntrypoint } from "cloudflare:workers";

const DELAY = "x-msg-delay-secs";

// Speaks what workerd's `queue` binding does. ctx.props: {queue, deliveryDelay}, the latter in seconds
export default class extends WorkerEntrypoint {
  async fetch(request) {
    const { queue, deliveryDelay } = this.ctx.props;
    const headers = new Headers(request.headers);
    if (!headers.has(DELAY)) headers.set(DELAY, deliveryDelay);
    return await this.env[`queue:${queue}`].fetch(new Request(request, { headers }));
  }
}
