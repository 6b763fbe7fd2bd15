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

# Of a Worker's own modules. What stands for a kind of syntax is compiled once, whatever it says.
_SAMPLE = '''
from collections import deque as queue
import json

NAMES: dict[str, list[int]] = {"a": [1, 2], **{str(number): [] for number in range(3) if number % 2}}

@property
def decorated(first, *others, key=None, **more) -> str:
    """What it does."""
    global NAMES
    try:
        with open(first) as file, file:
            while (line := file.readline()) and not line.startswith(("#", "//")):
                for name, value in sorted(NAMES.items(), key=lambda item: item[1][-1:]):
                    if value is None or name in others:
                        continue
                    elif len(value) > 1.5 and first != key:
                        break
                    value[0] += -1 if key else 2**3
    except (OSError, KeyError) as error:
        raise ValueError(f"no {first!r}: {error:>10} {NAMES}") from error
    finally:
        del NAMES
    return json.dumps(more)

class Default(queue):
    count = 0

    def __init__(self, env):
        super().__init__(env.name[1:])

    async def fetch(self, request):
        async with request.body as body:
            answers = [await part async for part in body]
        match answers:
            case [{"kind": str(kind)}, *_]:
                yield kind
        assert answers, "none"
'''

_original = _base.eval_code


def keep():
    compiled = {source: _base.CodeRunner(source).compile() for source in SOURCES}

    def eval_code(source, globals=None, *arguments, **options):
        if arguments or options or source not in compiled:
            return _original(source, globals, *arguments, **options)
        return compiled[source].run(globals)

    _base.eval_code = eval_code


def warm_up():
    """Has V8 compile Python's compiler while nobody waits: a save's modules are compiled next."""
    compile(_SAMPLE, "<sample>", "exec")


def forget():
    _base.eval_code = _original
