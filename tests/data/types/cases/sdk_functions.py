# What is reached without `self`.
from typing import Any

from pyodide.ffi import JsProxy, run_sync, to_js
from workers import Request, Response, WorkerEntrypoint, env, handler, import_from_javascript, patch_env, wait_until


@handler
async def on_fetch(request: Request, env: Any, ctx: Any) -> Response:
    return Response("x")


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        reveal_type(await env.KV.get("k"))  # T: str | None
        reveal_type(env.TOKEN)  # T: str
        wait_until(env.KV.put("a", "b"))
        sockets = import_from_javascript("cloudflare:sockets")
        print(sockets.connect("a.test:80"))
        with patch_env({"TOKEN": "x"}):
            print(run_sync(env.KV.get("k")))
        made = to_js({"a": 1})
        print(isinstance(made, JsProxy))
        env.NOTHING  # E
        await env.KV.gett("k")  # E
        return Response("x")
