"""Makes the Python side of a memory snapshot ready, and says who holds what cannot be saved.

snapshot_builder.js calls `make` once and, when something stands in the way, `explain` for each thing.
"""

import ast
import gc
import importlib._bootstrap as bootstrap
import io
import json
import linecache
import sys
from collections import deque
from types import MappingProxyType

import _pyw_boot
import _pyw_guest
import _pyw_report
from _cloudflare import allow_entropy

_MOST_VISITED = 500_000


def make(settings_text):
    """Imports the packages, or runs the Worker's top level; returns what happened, as JSON."""
    settings = json.loads(settings_text)
    made = {"failed": None, "problems": [], "skipped": {}, "found": None}
    if settings["layer"] == "base":
        return _make_base(settings)
    _pyw_guest.begin_top_level(settings["processPth"])
    random_before = _random_state()
    known = set(sys.modules)
    undo = _watch_imports()
    try:
        if settings["layer"] == "packages":
            made["skipped"] = _import_packages(settings["imports"], settings["ahead"])
        else:
            made["found"] = _pyw_guest.run_top_level(
                settings["entry"], settings["sourceRoot"], settings["legacyHandlers"]
            )
    except BaseException as error:
        made["failed"] = json.loads(_pyw_report.describe(error))
    finally:
        undo()
    if settings["layer"] == "dedicated":
        made["ahead"] = [name for name in sys.modules if name not in known and _is_of_a_package(name)]
    _pyw_guest.was_prepared()
    _tidy()
    if _random_state() != random_before:
        made["problems"].append({"kind": "random", "what": "the state of the module `random`, which the top level changed"})
    made["problems"] += _pending_tasks()
    made["entropy"] = allow_entropy.let_through
    return _told(made)


def _make_base(settings):
    """Modules of the standard library; the rules of the top level and the search path come with a Worker."""
    from importlib import import_module

    undo = _watch_imports()
    for name in settings["imports"]:
        import_module(name)
    undo()
    _tidy()
    return _told({"failed": None, "problems": [], "skipped": {}, "found": None, "entropy": []})


def _tidy():
    _pyw_boot.keep()
    linecache.clearcache()
    if "importlib.metadata" in sys.modules:
        # Its cache holds the archive of the standard library open.
        sys.modules["importlib.metadata"].MetadataPathFinder.invalidate_caches()
    gc.collect()


def _told(made):
    text = json.dumps(made)
    _wipe_small_blocks()
    return text


def _is_of_a_package(name):
    """Of python_modules or of the standard library, not of the Worker or of pyw itself."""
    origin = getattr(getattr(sys.modules[name], "__spec__", None), "origin", None) or ""
    is_ours = name.startswith(("_pyw_", "_cloudflare"))
    return origin.startswith((_pyw_guest.PYTHON_MODULES + "/", "/lib/pyw/")) and not is_ours


def _import_packages(names, ahead):
    """Those that failed, with the reason: each fails again, in its own place, when the Worker imports it.

    `ahead` are modules that packages imported late, when an earlier top level used them (FastAPI does: half of its
    cost). What of them is gone says nothing.
    """
    from contextlib import suppress
    from importlib import import_module, invalidate_caches

    failed = {}
    for name in names:
        try:
            import_module(name)
        except Exception as error:
            failed[name] = f"{type(error).__name__}: {error}"
    for name in ahead:
        with suppress(Exception):
            import_module(name)
    # The Worker's own files are not there yet.
    invalidate_caches()
    sys.path_importer_cache.pop(_pyw_guest.SESSION, None)
    return failed


def _watch_imports():
    """Tells JavaScript when each import begins and ends; the times must not enter this memory."""
    from _pyodide_entrypoint_helper import tick

    original = bootstrap._find_and_load

    def find_and_load(name, import_):
        tick(name)
        try:
            return original(name, import_)
        finally:
            tick("")

    bootstrap._find_and_load = find_and_load

    def undo():
        bootstrap._find_and_load = original

    return undo


def _random_state():
    import random

    return hash(random.getstate())


def _pending_tasks():
    import asyncio

    problems = []
    try:
        tasks = asyncio.all_tasks(asyncio.get_event_loop())
    except RuntimeError:
        return problems
    current = asyncio.current_task(asyncio.get_event_loop())
    for task in tasks:
        if task is current or task.done():
            continue
        frames = task.get_stack(limit=1)
        coroutine = task.get_coro()
        problem = {"kind": "task", "what": f"the task of `{getattr(coroutine, '__qualname__', coroutine)}`, which has not ended"}
        if frames and frames[0].f_code.co_filename.startswith(_pyw_guest.SESSION):
            problem |= _at(frames[0].f_code.co_filename, frames[0].f_lineno)
        problems.append(problem)
    return problems


def _wipe_small_blocks():
    """Overwrites what Python's own allocator for small objects has to give again."""
    # Blocks of 16 to 512 bytes in steps of 16 (Objects/obmalloc.c); a bytes object has 17 bytes of its own.
    for size in range(32, 513, 16):
        held = [bytes(size - 17) for _ in range(4096)]
        del held


# --- Who holds it? ---


def explain(problem_text, is_unsaved):
    """The problem with the Python object behind it, its path and the line that made it, as JSON."""
    problem = json.loads(problem_text)
    wanted = _matcher(problem, is_unsaved)
    found = _search(wanted) if wanted and "path" not in problem else None
    if found is not None:
        module, steps = found
        problem["object"] = module.__name__ + "".join(steps)
        problem |= _place_of_name(module, steps[0][1:] if steps else "")
    return json.dumps(problem)


def _matcher(problem, is_unsaved):
    kind = problem["kind"]
    if kind == "value":
        from pyodide.ffi import JsProxy

        return lambda value: isinstance(value, JsProxy) and is_unsaved(value)
    if kind == "callback":
        # The thunk that ctypes makes for a Python function.
        return lambda value: type(value).__name__ == "CThunkObject"
    if kind == "file":
        return lambda value: _descriptor(value) == problem["fd"]
    return None


def _descriptor(value):
    import socket

    if not isinstance(value, (io.IOBase, socket.socket)):
        return None
    try:
        return value.fileno()
    except (OSError, ValueError):
        return None


def _search(wanted):
    """The first object that `wanted` accepts, breadth first from the modules, the user's before all others."""
    modules = [module for module in sys.modules.values() if hasattr(module, "__dict__")]
    modules.sort(key=_distance_from_user)
    seen = {id(seen_by_us) for seen_by_us in (modules, sys.modules)}
    queue = deque((module, module, ()) for module in modules)
    while queue and len(seen) < _MOST_VISITED:
        module, value, steps = queue.popleft()
        for step, child in _children(value):
            if id(child) in seen:
                continue
            seen.add(id(child))
            if wanted(child):
                return module, (*steps, step)
            if type(child) is not type(sys):
                queue.append((module, child, (*steps, step)))
    return None


def _distance_from_user(module):
    file = getattr(module, "__file__", None) or ""
    if file.startswith(_pyw_guest.PYTHON_MODULES):
        return 1
    return 0 if file.startswith(_pyw_guest.SESSION) else 2


def _children(value):
    kind = type(value)
    if kind in (str, bytes, int, float, bool, type(None)):
        return
    if isinstance(value, dict):
        for key, item in list(value.items()):
            yield f"[{key!r}]", item
        return
    if kind in (list, tuple, deque):
        for index, item in enumerate(value):
            yield f"[{index}]", item
        return
    try:
        own = object.__getattribute__(value, "__dict__") if not isinstance(value, type) else vars(value)
    except Exception:  # no __dict__, or one that is not to be had
        own = None
    if isinstance(own, (dict, MappingProxyType)):
        for name, item in list(own.items()):
            yield f".{name}", item
    for item in gc.get_referents(value):
        if item is not own:
            yield f" → {type(item).__name__}", item


def _at(filename, line):
    return {
        "path": _pyw_report.project_path(filename),
        "line": line,
        "column": None,
        "source": linecache.getline(filename, line).rstrip("\n"),
    }


def _place_of_name(module, name):
    """Where the module's top level binds `name`."""
    file = getattr(module, "__file__", None) or ""
    if not file.startswith(_pyw_guest.SESSION):
        return {}
    tree = ast.parse("".join(linecache.getlines(file)))
    for statement in tree.body:
        for node in ast.walk(statement):
            bound = getattr(node, "id", None) == name and isinstance(getattr(node, "ctx", None), ast.Store)
            defined = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and node.name == name
            if bound or defined or (isinstance(node, ast.alias) and (node.asname or node.name) == name):
                return _at(file, node.lineno) | {"column": getattr(node, "col_offset", -1) + 1 or None}
    return {}
