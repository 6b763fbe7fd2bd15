# Handlers that are functions, as Workers in Python had them first.
from typing import Any

from js import Response as JsResponse
from workers import Request, Response, env, handler, import_from_javascript, patch_env, wait_until, waitUntil


@handler
async def on_fetch(request: Request, env: Any, ctx: Any) -> Response:
    reveal_type(request.url)  # T: str
    return Response("x")


async def on_scheduled(controller: Any, env: Any, ctx: Any) -> None:
    print(controller.cron)


async def later() -> None: ...


async def work() -> None:
    print(env.GREETING + "x")
    reveal_type(await env.DB.prepare("x").first("n"))  # T: Any | None
    waitUntil(later())
    wait_until(later())
    with patch_env(TOKEN="x"):
        reveal_type(env.TOKEN)  # T: str
    module = import_from_javascript("cloudflare:workers")
    print(module.env.TOKEN)
    env.KV.get("k").upper()  # E
    env.NOPE  # E
    wait_until(5)  # E
    import_from_javascript(5)  # E
    import_from_javascript()  # E
