// workerd's own engine of workflows, for `pyw edge`: it says whether code of an instance runs, so that its process is not
// ended meanwhile, and an instance whose process was killed goes on soon.
//
// Bindings: those of workerd's /workerd/workflows.js, among them `workflow:NAME`, the instances of each.
import { WorkerEntrypoint } from "cloudflare:workers";
import { Engine as BundledEngine } from "workflows.js";

export { default, WorkflowBinding } from "workflows.js";

// The engine sets an alarm while code runs, 10 minutes ahead: an instance that finds itself without its run then, runs again.
const WATCH_MS = 15_000;
// The engine's numbers of the states in which no code runs: it waits, is paused, or has ended.
const PAUSED = 2;
const RESTING = new Set([PAUSED, 3, 4, 5, 7]);

const runs = new Map(); // by object id: {workflow, count}, of those with a run in memory

export class Engine extends BundledEngine {
  constructor(ctx, env) {
    super(ctx, env);
    const id = ctx.id.toString();
    const waitUntil = ctx.waitUntil.bind(ctx);
    ctx.waitUntil = (run) => waitUntil(noted(id, ctx.props.workflowName, run));
    const setAlarm = ctx.storage.setAlarm.bind(ctx.storage);
    ctx.storage.setAlarm = (at) => setAlarm(this.#rests() ? at : Math.min(at, Date.now() + WATCH_MS));
  }

  // One that goes on has no alarm until its next step or wait: killed before that, it would never be woken.
  async alarm() {
    await super.alarm();
    const { storage, id } = this.ctx;
    if (!runs.has(id.toString()) || this.#status() === PAUSED) return;
    if ((await storage.getAlarm()) === null) storage.setAlarm(Date.now() + WATCH_MS);
  }

  #rests() {
    return RESTING.has(this.#status());
  }

  #status() {
    return this.getInstanceMetadata().status;
  }
}

async function noted(id, workflow, run) {
  const entry = runs.get(id) ?? { workflow, count: 0 };
  entry.count++;
  runs.set(id, entry);
  try {
    return await run;
  } finally {
    if (--entry.count === 0) runs.delete(id);
  }
}

export class Activity extends WorkerEntrypoint {
  async fetch() {
    for (const [id, { workflow }] of [...runs]) {
      const namespace = this.env[`workflow:${workflow}`];
      const metadata = await namespace.get(namespace.idFromString(id)).getInstanceMetadata().catch(() => null); // it was deleted
      if (metadata && !RESTING.has(metadata.status)) return new Response(null, { status: 409 });
    }
    return new Response(null, { status: 204 });
  }
}
