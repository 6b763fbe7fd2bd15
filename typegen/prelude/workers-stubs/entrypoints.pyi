from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime
from typing import Any, Protocol, overload

from js import DurableObjectState, Env, ExecutionContext

class DurableObjectAbort(BaseException): ...

type DurableObjectContext = DurableObjectState

class _Step[T](Protocol):
    """A step of a workflow: awaiting the call runs it once, later calls give the remembered result."""

    def __call__(self) -> Coroutine[Any, Any, T]: ...

class WorkflowStep:
    """What `run` is given to divide its work into steps (workers.entrypoints: _WorkflowStepWrapper)."""

    @overload
    def do(
        self, name: str | None = None, *, concurrent: bool = False, config: dict[str, Any] | None = None
    ) -> _StepDecorator: ...
    @overload
    def do(
        self,
        name: str,
        depends: list[Any] | None = None,
        concurrent: bool = False,
        config: dict[str, Any] | None = None,
    ) -> _StepDecorator: ...
    def sleep(self, name: str, duration: str | float, /) -> Awaitable[None]: ...
    def sleep_until(self, name: str, timestamp: datetime | str) -> Awaitable[None]: ...
    async def wait_for_event(self, name: str, event_type: str, /, timeout: str | float = "24 hours") -> Any: ...

class _StepDecorator(Protocol):
    @overload
    def __call__[T](self, function: Callable[..., Coroutine[Any, Any, T]], /) -> _Step[T]: ...
    @overload
    def __call__[T](self, function: Callable[..., T], /) -> _Step[T]: ...

_WorkflowStepWrapper = WorkflowStep

def handler[**P, R](func: Callable[P, R]) -> Callable[P, R]: ...

class DurableObject:
    """Base class used to define a Durable Object."""

    ctx: DurableObjectState
    env: Env
    def __init__(self, ctx: DurableObjectState, env: Env) -> None: ...
    def __init_subclass__(cls, **_kwargs: Any) -> None: ...

class WorkerEntrypoint:
    """Base class used to define a Worker Entrypoint."""

    ctx: ExecutionContext
    env: Env
    def __init__(self, ctx: ExecutionContext, env: Env) -> None: ...
    def __init_subclass__(cls, **_kwargs: Any) -> None: ...

class WorkflowEntrypoint:
    """Base class used to define a Workflow Entrypoint."""

    ctx: ExecutionContext
    env: Env
    def __init__(self, ctx: ExecutionContext, env: Env) -> None: ...
    def __init_subclass__(cls, **_kwargs: Any) -> None: ...
