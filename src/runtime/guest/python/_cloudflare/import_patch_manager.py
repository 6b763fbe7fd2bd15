"""Runs a package's import inside a context that the SDK registered for it.

The SDK names packages that need something special while they are imported at the top level of a
Worker (`register_exec_patch("pydantic_core")`). A finder in front of `sys.meta_path` wraps their
loaders; it leaves before the first handler, as it does on the platform.
"""

import sys
from collections import defaultdict

_exec_patches = {}
_create_patches = {}
_after_snapshot = defaultdict(list)
_before_first_request = defaultdict(list)
_blocked = {}
_started = False


def _registrar(table):
    def register(module_name):
        def decorate(context):
            table[module_name] = context
            return context

        return decorate

    return register


def _list_registrar(table):
    def register(module_name):
        def decorate(callback):
            table[module_name].append(callback)
            return callback

        return decorate

    return register


register_exec_patch = _registrar(_exec_patches)
register_create_patch = _registrar(_create_patches)
register_after_snapshot = _list_registrar(_after_snapshot)
register_before_first_request = _list_registrar(_before_first_request)


class _PatchedLoader:
    def __init__(self, loader, name):
        self._loader = loader
        self._name = name

    def __getattr__(self, attribute):
        return getattr(self._loader, attribute)

    def create_module(self, spec):
        context = _create_patches.get(self._name)
        if context is None:
            return self._loader.create_module(spec)
        with context(spec):
            return self._loader.create_module(spec)

    def exec_module(self, module):
        # The module must look as if it had been imported without us.
        module.__spec__.loader = module.__loader__ = self._loader
        context = _exec_patches.get(self._name)
        if context is None:
            return self._loader.exec_module(module)
        with context(module):
            return self._loader.exec_module(module)


class _Finder:
    def find_spec(self, name, path=None, target=None):
        if name not in _exec_patches and name not in _create_patches:
            return None
        for finder in sys.meta_path:
            find = None if finder is self else getattr(finder, "find_spec", None)
            spec = find and find(name, path, target)
            if spec is not None:
                if spec.loader is not None:
                    spec.loader = _PatchedLoader(spec.loader, name)
                return spec
        return None

    def invalidate_caches(self):
        pass


class _BlockedModule:
    """Stands for a module whose functions must not be called before the Worker has started."""

    def __init__(self, module, allowlist):
        super().__setattr__("_module", module)
        super().__setattr__("_allowlist", allowlist)

    def __getattribute__(self, name):
        module = super().__getattribute__("_module")
        value = getattr(module, name)
        allowed = super().__getattribute__("_allowlist")
        if _started or not callable(value) or name in allowed:
            return value

        def blocked(*args, **kwargs):
            if _started:
                return value(*args, **kwargs)
            raise RuntimeError(
                f"{module.__name__}.{name}() was called at the top level; call it from a handler"
            )

        return blocked

    def __setattr__(self, name, value):
        setattr(super().__getattribute__("_module"), name, value)

    def __dir__(self):
        return dir(super().__getattribute__("_module"))


def block_calls(module, *, allowlist=()):
    """Makes the functions of `module`, those in `allowlist` aside, fail until the Worker started."""
    _blocked[module.__name__] = module
    sys.modules[module.__name__] = _BlockedModule(module, allowlist)


_finder = _Finder()


def begin_top_level():
    sys.meta_path.insert(0, _finder)


def begin_requests():
    """Takes the finder and the blocks away and lets the SDK reseed what it knows of."""
    global _started
    _started = True
    sys.meta_path.remove(_finder)
    sys.modules.update(_blocked)
    for name, callbacks in _before_first_request.items():
        if name in sys.modules:
            for callback in callbacks:
                callback(sys.modules[name])
