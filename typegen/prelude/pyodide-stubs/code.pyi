from collections.abc import Callable
from typing import Any, Literal

type _ReturnMode = Literal["last_expr", "last_expr_or_assign", "none"]

def run_js(code: str, /) -> Any: ...
def eval_code(
    source: str,
    globals: dict[str, Any] | None = None,
    locals: dict[str, Any] | None = None,
    *,
    return_mode: _ReturnMode = "last_expr",
    quiet_trailing_semicolon: bool = True,
    filename: str = "<exec>",
    flags: int = 0,
    dont_inherit: bool = False,
    optimize: int = -1,
) -> Any: ...
async def eval_code_async(
    source: str,
    globals: dict[str, Any] | None = None,
    locals: dict[str, Any] | None = None,
    *,
    return_mode: _ReturnMode = "last_expr",
    quiet_trailing_semicolon: bool = True,
    filename: str = "<exec>",
    flags: int = 0,
    dont_inherit: bool = False,
    optimize: int = -1,
) -> Any: ...
def find_imports(source: str) -> list[str]: ...
def should_quiet(source: str, /) -> bool: ...
def relaxed_wrap[**P, T](func: Callable[P, T]) -> Callable[..., T]: ...
def relaxed_call[T](func: Callable[..., T], *args: Any, **kwargs: Any) -> T: ...
