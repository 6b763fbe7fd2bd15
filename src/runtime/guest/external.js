// Workers that run in another workerd: each knows the others by the registry, a folder with one file a
// Worker that says at which socket its workerd can be spoken to (the debug port of workerd).
//
// Bindings: REGISTRY, the folder, and DEBUG, workerd's own way to such a socket.
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";

// ctx.props: {worker, entrypoint, props}
export class Service extends WorkerEntrypoint {
  constructor(ctx, env) {
    super(ctx, env);
    return forwarding(this, () => remoteService(env, ctx.props));
  }

  async fetch(request) {
    try {
      return await (await remoteService(this.env, this.ctx.props)).fetch(request);
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
      return forwarding(this, () => remoteObject(env, worker, className, ctx.id));
    }

    async fetch(request) {
      return await (await remoteObject(this.env, worker, className, this.ctx.id)).fetch(request);
    }
  };
}

class NotRunning extends Error {}

async function connectionTo(env, worker) {
  const answer = await env.REGISTRY.fetch(`http://registry/${encodeURIComponent(worker)}`);
  if (!answer.ok) {
    await answer.body?.cancel();
    throw new NotRunning(`the Worker \`${worker}\` does not run here: start \`pyw dev\` in its project`);
  }
  const entry = await answer.json();
  return { client: await env.DEBUG.connect(entry.debugPortAddress), entry };
}

async function remoteService(env, { worker, entrypoint, props }) {
  const { client, entry } = await connectionTo(env, worker);
  const service = entrypoint ? entry.userWorkerService : entry.defaultEntrypointService;
  return client.getEntrypoint(service, entrypoint, props ?? {});
}

async function remoteObject(env, worker, className, id) {
  const { client, entry } = await connectionTo(env, worker);
  return client.getActor(entry.userWorkerService, className, id.toString());
}

// Calls of methods that `target` lacks go to what `open` gives. A call that is never awaited still happens.
function forwarding(target, open) {
  return new Proxy(target, {
    get(object, name) {
      if (typeof name === "symbol" || name === "then" || Reflect.has(object, name)) {
        const value = Reflect.get(object, name);
        return typeof value === "function" ? value.bind(object) : value;
      }
      return async (...values) => await (await open())[name](...values);
    },
  });
}
