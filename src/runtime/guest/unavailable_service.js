// Stands behind a binding that only the platform has, where the class in front of it is production's: every request is
// answered with 501, every other call fails, and both say why. ctx.props: {message}
import { WorkerEntrypoint } from "cloudflare:workers";

export default class extends WorkerEntrypoint {
  constructor(ctx, env) {
    super(ctx, env);
    const fail = () => {
      throw new Error(ctx.props.message);
    };
    return new Proxy(this, {
      get: (self, name) => (typeof name === "symbol" || Reflect.has(self, name) ? Reflect.get(self, name) : fail),
    });
  }

  // The class of Vectorize shows an error only when it is JSON, which it asks for.
  fetch(request) {
    const { message } = this.ctx.props;
    if (request.headers.get("accept") === "application/json") {
      return Response.json({ code: 501, error: message }, { status: 501 });
    }
    return new Response(`${message}\n`, { status: 501 });
  }
}
