from dataclasses import dataclass
from typing import Any

import js

from .entrypoints import WorkerEntrypoint
from .gateway import BaseOptions
from .request import Request
from .types import Context

env: Any

@dataclass(frozen=True, kw_only=True)
class Options(BaseOptions): ...

async def fetch(
    app: Any, req: Request | js.Request, env: Any, ctx: Context | None = None, *, options: Options | None = None
) -> js.Response: ...
async def websocket(app: Any, req: Request | js.Request, env: Any = None) -> js.Response: ...
def entrypoint(app: Any, *, options: Options | None = None) -> type[WorkerEntrypoint]: ...
