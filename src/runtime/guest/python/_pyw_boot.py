"""What Pyodide evaluates at every start, compiled: part of every memory snapshot.

A start that continues from one needs Python's compiler for nothing else, and V8 would have to compile that first
(measured: a fourteenth of a cold start).
"""

from _pyodide import _base

# API.finalizeBootstrap of Pyodide 314.0.7 and 0.28.3; what else it may evaluate is compiled as ever.
SOURCES = (
    "{}",
    "import importlib; importlib",
    "import __main__; __main__.__dict__",
    "import builtins; builtins.__dict__",
)

_original = _base.eval_code


def keep():
    compiled = {source: _base.CodeRunner(source).compile() for source in SOURCES}

    def eval_code(source, globals=None, *arguments, **options):
        if arguments or options or source not in compiled:
            return _original(source, globals, *arguments, **options)
        return compiled[source].run(globals)

    _base.eval_code = eval_code


def forget():
    _base.eval_code = _original
