"""Refuses randomness at the top level of a Worker.

A Worker's top level may run once, in a memory snapshot, for all its isolates; what it drew from a
random source would then be the same in each of them. The platform refuses it, so pyw does.
"""

import os
import random
import tempfile
from contextlib import contextmanager
from functools import wraps

_WHY = (
    "randomness at the top level of a Worker would repeat in every isolate that starts from "
    "its snapshot; call it from a handler, or import the package that needs it inside a function"
)
# Functions of `random` that draw from its shared, not yet reseeded generator.
_SHARED_GENERATOR = (
    "betavariate binomialvariate choice choices expovariate gammavariate gauss getrandbits "
    "lognormvariate normalvariate paretovariate randbytes randint random randrange sample "
    "shuffle triangular uniform vonmisesvariate weibullvariate"
).split()

_started = False
_allowed_calls = 0
_undo = []
# What was let through, in order: `pyw snapshot info` shows it.
let_through = []


class TopLevelEntropyError(OSError, RuntimeError):
    """Randomness was asked for before the Worker started."""


@contextmanager
def allow_bad_entropy_calls(count):
    """Lets the next `count` calls through: for packages known to use them harmlessly."""
    global _allowed_calls
    before = _allowed_calls
    _allowed_calls = count
    try:
        yield
    finally:
        _allowed_calls = before


def _check(what):
    global _allowed_calls
    if _started:
        return
    if _allowed_calls == 0:
        raise TopLevelEntropyError(f"{what} was called at the top level: {_WHY}")
    _allowed_calls -= 1
    let_through.append(what)


def _replace(owner, name, make):
    original = getattr(owner, name, None)
    if original is None:
        return
    setattr(owner, name, wraps(original)(make(original)))
    _undo.append((owner, name, original))


def _guarded(label):
    def make(original):
        def call(*args, **kwargs):
            _check(label)
            return original(*args, **kwargs)

        return call

    return make


def _guarded_seed(original):
    def seed(self, a=None, *args, **kwargs):
        if a is None:
            _check("random.seed()")
        return original(self, a, *args, **kwargs)

    return seed


def begin_top_level():
    """From here on, drawing randomness fails with the reason."""
    # `secrets` and SystemRandom hold the copy that `random` made of os.urandom.
    for owner, name in ((os, "urandom"), (random, "_urandom")):
        _replace(owner, name, _guarded("os.urandom()"))
    for name in _SHARED_GENERATOR:
        _replace(random, name, _guarded(f"random.{name}()"))
    _replace(random.Random, "seed", _guarded_seed)
    _let_multiprocessing_be_imported()


def _let_multiprocessing_be_imported():
    """It draws a key for its processes when it is imported (Django's SQLite backends do). There never is a process."""
    from .import_patch_manager import register_exec_patch

    @register_exec_patch("multiprocessing.process")
    @contextmanager
    def key_context(_module):
        with allow_bad_entropy_calls(1):
            yield


def begin_requests():
    """Gives everything back and reseeds; called once, before the first handler."""
    global _started
    _started = True
    while _undo:
        owner, name, original = _undo.pop()
        setattr(owner, name, original)
    random.seed()
    # The sequence of names for temporary files holds a generator seeded before.
    tempfile._name_sequence = None
