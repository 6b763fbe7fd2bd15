"""The SDK's older name for `workers.asgi`."""

from workers.asgi import Options as Options
from workers.asgi import entrypoint as entrypoint
from workers.asgi import env as env
from workers.asgi import fetch as fetch
from workers.asgi import websocket as websocket
