// Workers that run in another workerd: each knows the others by the registry, a folder with one file a
// Worker that says at which socket its workerd can be spoken to (the debug port of workerd).
//
// Bindings: REGISTRY, the folder, and DEBUG, workerd's own way to such a socket.
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";

// ctx.props: {worker, entrypoint, props}, and `service` where one of pyw's own beside the Worker is meant
export class Service extends WorkerEntrypoint {
  constructor(ctx, env) {
    super(ctx, env);
    return forwarding(this, ctx.props.worker, () => remoteService(env, ctx.props));
  }

  async fetch(request) {
    const { worker } = this.ctx.props;
    try {
      return await reached(worker, async () => (await remoteService(this.env, this.ctx.props)).fetch(request));
    } catch (error) {
      if (!(error instanceof NotRunning)) throw error;
      return new Response(`${error.message}\n`, { status: 503 });
    }
  }
}

// The class that stands here for the Durable Objects `className` of the Worker `worker`: same names, same ids.
export function objectClass(worker, className) {
  return class extends DurableObject {
    constructor(ctx, env) {
      super(ctx, env);
      return forwarding(this, worker, () => remoteObject(env, worker, className, ctx.id));
    }

    async fetch(request) {
      return await reached(worker, async () => (await remoteObject(this.env, worker, className, this.ctx.id)).fetch(request));
    }
  };
}

export class NotRunning extends Error {}

// A file of the registry may outlive its Worker (kill -9), and a Worker may end in the middle of a call. workerd has one
// error for both, which does not say who is gone.
export async function reached(worker, call) {
  try {
    return await call();
  } catch (error) {
    if (error?.message !== "Network connection lost.") throw error;
    throw new NotRunning(`the Worker \`${worker}\` has ended: start \`pyw dev\` in its project`);
  }
}

// `what`: "objects" for the one process that has the Worker's Durable Objects and workflows, where several may serve it.
export async function connectionTo(env, worker, what = "") {
  const answer = await env.REGISTRY.fetch(`http://registry/${encodeURIComponent(worker)}`, { headers: { "x-pyw-for": what } });
  if (!answer.ok) {
    await answer.body?.cancel();
    const why = answer.headers.get("x-pyw-why"); // of a server that starts Workers itself
    throw new NotRunning(why ? `the Worker \`${worker}\` ${why}` : `the Worker \`${worker}\` does not run here: start \`pyw dev\` in its project`);
  }
  const entry = await answer.json();
  return { client: await env.DEBUG.connect(entry.debugPortAddress), entry };
}

// Connections to all Workers whose entries are `wanted`, one after the other.
export async function* connections(env, wanted) {
  const listing = await (await env.REGISTRY.fetch("http://registry/")).json();
  for (const { name } of listing.filter(({ type }) => type === "file")) {
    const entry = await (await env.REGISTRY.fetch(`http://registry/${encodeURIComponent(name)}`)).json().catch(() => ({}));
    if (wanted(entry)) yield { client: await env.DEBUG.connect(entry.debugPortAddress), worker: name };
  }
}

async function remoteService(env, { worker, entrypoint, props, service: named }) {
  const { client, entry } = await connectionTo(env, worker, named ? "objects" : "");
  const service = named ?? (entrypoint ? entry.userWorkerService : entry.defaultEntrypointService);
  return client.getEntrypoint(service, entrypoint, props ?? {});
}

async function remoteObject(env, worker, className, id) {
  const { client, entry } = await connectionTo(env, worker, "objects");
  return client.getActor(entry.userWorkerService, className, id.toString());
}

// Calls of methods that `target` lacks go to what `open` gives. A call that is never awaited still happens.
function forwarding(target, worker, open) {
  return new Proxy(target, {
    get(object, name) {
      if (typeof name === "symbol" || name === "then" || Reflect.has(object, name)) {
        const value = Reflect.get(object, name);
        return typeof value === "function" ? value.bind(object) : value;
      }
      return async (...values) => await reached(worker, async () => (await open())[name](...values));
    },
  });
}
