"""The Python half of pyw's guest: imports the Worker, finds its entrypoints, makes the calls.

entrypoint.js calls these functions. Each takes an `outcome` object first: when an exception
leaves through here, its description for people is left in `outcome.report`.
"""

import os
import sys
from asyncio import Task, get_event_loop
from contextlib import contextmanager
from functools import cache, lru_cache
from inspect import isawaitable
from types import FunctionType, MethodType

import _pyw_boot
import _pyw_event_loop
import _pyw_report
from _cloudflare import allow_entropy, import_patch_manager
from pyodide.ffi import JsProxy, to_js

SESSION = "/session/metadata"
PYTHON_MODULES = SESSION + "/python_modules"

_main = None
_prepared = False
_legacy_handlers = False


@contextmanager
def _reporting(outcome):
    try:
        yield
    except BaseException as error:
        if isinstance(error, MemoryError):
            _free_frames(error)
        outcome.report = _pyw_report.describe(error)
        if isinstance(error, (SystemExit, KeyboardInterrupt)):
            # asyncio lets these end the event loop, and with it the isolate.
            raise RuntimeError(f"{type(error).__name__}: {error}") from None
        raise


def _free_frames(error):
    """Lets go of what the handler's variables hold: the report needs memory too."""
    from traceback import clear_frames

    clear_frames(error.__traceback__)


def _set_search_path(process_pth_files):
    # Only there for Python's own start (loader.js).
    os.environ.pop("PYTHONPATH", None)
    # The Worker's own modules win over everything, its packages over nothing but site-packages.
    sys.path.insert(0, SESSION)
    site_packages = next(i for i, path in enumerate(sys.path) if "site-packages" in path)
    sys.path.insert(site_packages, PYTHON_MODULES)
    if process_pth_files:
        from site import addsitedir

        addsitedir(PYTHON_MODULES)
    else:
        # The SDK's patches are part of the platform, with or without .pth files.
        try:
            import _workers_sdk_patch_loader  # noqa: F401
        except ModuleNotFoundError:
            pass


def begin_top_level(process_pth_files):
    allow_entropy.begin_top_level()
    import_patch_manager.begin_top_level()
    _set_search_path(process_pth_files)


def was_prepared():
    """Packages were imported ahead (_pyw_snapshot.py): the search path and the rules of the top level stand."""
    global _prepared
    _prepared = True


def run_top_level(entry, source_root, legacy_handlers):
    """Imports the entry module; returns its entrypoint classes and handlers."""
    global _main, _legacy_handlers
    from importlib import import_module

    _legacy_handlers = legacy_handlers
    _pyw_report.source_root = source_root
    # A snapshot of the top level holds it already.
    if _main is None:
        _main = import_module(entry)
    return {"classes": _entrypoints(_main), "handlers": _handlers(_main)}


def load(settings, outcome):
    """Runs the Worker's top level where no snapshot has; returns its entrypoint classes and handlers."""
    from js import Object

    # The modules may have come after Python last looked: all files bear one time, which hides it.
    if finder := sys.path_importer_cache.get(SESSION):
        finder.invalidate_caches()
    with _reporting(outcome):
        if not _prepared:
            begin_top_level(settings.processPth)
        found = run_top_level(settings.entry, settings.sourceRoot, settings.legacyHandlers)
        missing = _missing(settings.expected.to_py(), found["classes"])
    if missing is not None:
        outcome.report = missing
        raise RuntimeError("the configuration names a class that is not there")
    return to_js(found, dict_converter=Object.fromEntries)


def load_again(settings, outcome):
    """What a start does after a snapshot of the top level; nothing where it has not been run."""
    if _main is not None:
        load(settings, outcome)


def before_first_request(*turns):
    """`turns` are what _pyw_event_loop.begin takes; returns what that returns."""
    _pyw_boot.forget()
    allow_entropy.begin_requests()
    import_patch_manager.begin_requests()
    return _pyw_event_loop.begin(*turns) if turns else None


def _exported_names(module):
    if hasattr(module, "__all__"):
        return module.__all__
    return [name for name in vars(module) if not name.startswith("_")]


def _entrypoints(module):
    """Every exported class that derives from a base of the SDK, with its public methods."""
    # A Worker of plain handlers need not import the SDK at all.
    sdk = sys.modules.get("workers")
    if sdk is None:
        return []
    bases = {
        "durableObject": sdk.DurableObject,
        "worker": sdk.WorkerEntrypoint,
        "workflow": sdk.WorkflowEntrypoint,
    }
    found = []
    for name in _exported_names(module):
        value = getattr(module, name)
        for kind, base in bases.items():
            if isinstance(value, type) and issubclass(value, base) and value is not base:
                found.append({"name": name, "kind": kind, "methods": _public_methods(value)})
    return found


def _public_methods(cls):
    methods = {}
    for base in reversed(cls.__mro__):
        methods.update(vars(base))
    return sorted(
        name
        for name, value in methods.items()
        if not name.startswith("_") and isinstance(value, FunctionType)
    )


_BASE_NAMES = {
    "durableObject": "DurableObject",
    "worker": "WorkerEntrypoint",
    "workflow": "WorkflowEntrypoint",
}


def _missing(expected, found):
    """A report about the first class that the configuration names and the module lacks, or None."""
    kinds = {entry["name"]: entry["kind"] for entry in found}
    for entry in expected:
        name, kind = entry["name"], entry["kind"]
        if kinds.get(name) == kind:
            continue
        from difflib import get_close_matches

        base = _BASE_NAMES[kind]
        message = f"the entry module has no class `{name}` that derives from {base}"
        if name in kinds:
            message = f"the class `{name}` derives from {_BASE_NAMES[kinds[name]]}, not from {base}"
        close = get_close_matches(name, [n for n, k in kinds.items() if k == kind], 1)
        return _pyw_report.describe_missing(entry, message, close[0] if close else None)
    return None


def _handlers(module):
    if not _legacy_handlers:
        return []
    return [name[3:] for name in vars(module) if name.startswith("on_")]


def create(outcome, class_name, ctx, env):
    """Makes an instance; not a coroutine, so `__init__` runs where run_sync may suspend."""
    with _reporting(outcome):
        return getattr(_main, class_name)(ctx, env)


def create_and_call(outcome, class_name, ctx, env, name, mode, *args):
    """Both, for an instance that serves one event."""
    try:
        instance = create(outcome, class_name, ctx, env)
    except BaseException:
        outcome.where = f"{class_name}()"
        raise
    return call_method(outcome, instance, name, mode, *args)


def call_method(outcome, instance, name, mode, *args):
    """Calls a method of an entrypoint; `mode` is one of those that entrypoint.js names."""
    return _started(_call_method(outcome, instance, name, mode, args))


async def _call_method(outcome, instance, name, mode, args):
    with _reporting(outcome):
        method = getattr(instance, name, None)
        if not callable(method):
            raise TypeError(f"the class {type(instance).__name__} has no method `{name}`")
        if mode == "raw":
            return _unwrapped(await _finish(_relaxed(method, args)))
        sdk = _sdk()
        rpc = sdk.rpc
        if mode == "request":
            result = await _finish(_relaxed(method, (sdk.Request(args[0]),)))
            if isinstance(result, (sdk.Response, JsProxy)):
                return _unwrapped(result)
            return rpc.python_to_rpc(result)
        if mode == "rpc":
            result = method(*map(rpc.python_from_rpc, args))
        elif mode == "fetch":
            result = _relaxed(method, tuple(map(rpc.python_from_rpc, args)))
        else:
            event, env, ctx = args
            result = _relaxed(method, (rpc.python_from_rpc(event), rpc._EnvWrapper(env), ctx))
        return rpc.python_to_rpc(await _finish(result))


@cache
def _sdk():
    # A Worker of plain handlers need not have it at all.
    import workers.rpc

    return workers


def _unwrapped(result):
    return getattr(result, "js_object", result)


def call_handler(outcome, name, *args):
    """Calls a handler of the module: `on_fetch(request, env, ctx)` and its like."""
    return _started(_call_handler(outcome, name, args))


def _started(coroutine):
    """Runs it up to where it first waits: each turn of the event loop costs a crossing from JavaScript."""
    loop = get_event_loop()
    # Before 3.14 all calls share one current task: one that waits in run_sync would stand in the way of the others.
    if not hasattr(loop, "_install_running_loop"):
        return coroutine
    loop._install_running_loop()
    task = Task(coroutine, loop=loop, eager_start=True)
    return task.result() if task.done() else task


async def _call_handler(outcome, name, args):
    with _reporting(outcome):
        return _unwrapped(await _finish(_relaxed(getattr(_main, "on_" + name), args)))


def _relaxed(function, args):
    """Calls it with no more arguments than it takes."""
    is_method = isinstance(function, MethodType)
    return function(*args[: _most_arguments(function.__func__ if is_method else function, is_method)])


# By function: a method is a new object at each event, and to read a signature takes a fifth of a small request.
@lru_cache(maxsize=256)
def _most_arguments(function, is_method):
    """How many arguments by position it takes, besides the one that a method is bound to; None: any number."""
    from inspect import Parameter, signature

    try:
        parameters = signature(function).parameters.values()
    except (TypeError, ValueError):
        return None
    kinds = [parameter.kind for parameter in parameters]
    if Parameter.VAR_POSITIONAL in kinds:
        return None
    by_position = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
    return sum(kind in by_position for kind in kinds) - is_method


async def _finish(result):
    return await result if isawaitable(result) else result
