// What workerd sees of a process that was started before it is known for which Worker (src/runtime/handover.hpp).
//
// Ahead of time it does what takes longest and depends on no Worker: it makes instances of Python's code, one with the
// memory of a Worker with the same packages. And by continuing once from that Worker's snapshot, in an instance that is
// then thrown away, it has the code compiled that such a start runs, V8 keeping it for the whole isolate.
import * as cloudflareWorkers from "cloudflare:workers";
import { declare } from "./entrypoint.js";
import { hostModule } from "./host.js";
import { report } from "./report.js";
import { bootPython, forgetPackages, instantiateAhead } from "./loader.js";
import { serveOnce } from "./rehearsal.js";
import { FRONT_BINDING, hiddenBindings } from "./shims.js";
import { openFile, openIfAny, readFilesAhead, readPacks } from "./start.js";

const LOOK_AGAIN_MS = 60_000;

let coldBecause;

// The exports of the main module. `ahead` (ahead.json): `like`, the settings of a Worker that is likely to come,
// `packages`, the digest of its packages, and `worker`, the path of the file that will tell which one came:
// its `settings`, `packages` and `env`.
export function declarePrepared(ahead, importModule, counter) {
  let worker;
  const callDefault = (name, argument, ctx) => {
    const { env } = cloudflareWorkers;
    const entry = worker.default;
    return typeof entry === "function" ? new entry(ctx, env)[name](argument) : entry[name](argument, env, ctx);
  };
  const become = async () => declare(await settle(ahead), importModule, counter);
  return {
    default: class extends cloudflareWorkers.WorkerEntrypoint {
      async fetch(request) {
        return await callDefault("fetch", request, this.ctx);
      }
      async scheduled(event) {
        return await callDefault("scheduled", event, this.ctx);
      }
    },
    starter: class extends cloudflareWorkers.WorkerEntrypoint {
      async fetch(request) {
        if (new URL(request.url).pathname === "/prepare") {
          // The instance's promises belong to this call, which therefore lasts until they are settled.
          this.ctx.waitUntil(lastsUntil(() => worker?.started));
          await prepare(ahead.like, importModule);
          return new Response(null, { status: 204 });
        }
        worker ??= await become();
        if (coldBecause) report({ event: "warm-up-failed", message: coldBecause }); // until now nobody listens
        const answer = await new worker.starter(this.ctx, cloudflareWorkers.env).fetch(request);
        worker.started = true;
        return answer;
      }
    },
    front: class extends cloudflareWorkers.WorkerEntrypoint {
      async fetch(request) {
        if (!worker?.started) return await hiddenBindings[FRONT_BINDING].fetch(request);
        return await new worker.front(this.ctx, cloudflareWorkers.env).fetch(request);
      }
    },
  };
}

async function lastsUntil(done) {
  while (!done()) await scheduler.wait(LOOK_AGAIN_MS);
}

async function prepare(like, importModule) {
  await readFilesAhead([...like.packs.library, ...like.packs.session]);
  const packs = await readPacks(like, []);
  const roots = { host: hostModule(importModule), flags: like.flags };
  const open = async () => ({ ...(await openIfAny(like)), roots });
  const thrownAway = await bootPython(like, packs, { snapshot: await open() });
  try {
    thrownAway.pyimport("_pyw_guest").load_again(like, {});
    await serveOnce(thrownAway);
  } catch (error) {
    coldBecause = String(error?.stack ?? error);
  }
  await instantiateAhead(like, packs, await open());
}

// The settings of the Worker that came, its environment put in place.
async function settle({ like, packages, worker }) {
  const came = await (await openFile(worker)).json();
  Object.assign(cloudflareWorkers.env, came.env);
  if (came.packages !== packages) {
    forgetPackages();
    return came.settings;
  }
  return { ...came.settings, packs: { ...came.settings.packs, session: like.packs.session } };
}
