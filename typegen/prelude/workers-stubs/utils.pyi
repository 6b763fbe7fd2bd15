from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

from js._globals import import_from_javascript as import_from_javascript

async def import_sdk_javascript_module_async(name: str) -> Any: ...
def patch_env(
    d: dict[str, Any] | Sequence[tuple[str, Any]] | None = None, **kwds: Any
) -> AbstractContextManager[None]: ...
def get_compat_flag(flag: str) -> bool: ...
