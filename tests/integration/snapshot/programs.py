"""Makes Workers at random: imports and state at the top level, and an answer that shows all of it."""
import random

MODULES = (
    "json re math decimal fractions datetime collections itertools functools string textwrap hashlib base64 struct uuid "
    "dataclasses enum typing ipaddress urllib.parse html csv io statistics heapq bisect copy contextlib operator "
    "types weakref zlib sqlite3 logging inspect secrets tempfile random asyncio ctypes pathlib xml.etree.ElementTree"
).split()


def _value(source, depth=0):
    """An expression whose value does not depend on the hash seed, the time or chance."""
    kind = source.randrange(9 if depth < 3 else 5)
    if kind == 0:
        return str(source.randrange(-(10**12), 10**12))
    if kind == 1:
        return repr("".join(source.choice("abc äöü€𝄞\\\"'\n") for _ in range(source.randrange(700))))
    if kind == 2:
        return repr(source.random() * 10**source.randrange(-5, 9))
    if kind == 3:
        return f"bytes({source.randrange(2000)})"
    if kind == 4:
        return source.choice(["None", "True", "(1, 2)", "10**300", "range(5)", "frozenset([3])"])
    inner = [_value(source, depth + 1) for _ in range(source.randrange(4))]
    if kind == 5:
        return f"[{', '.join(inner)}]"
    if kind == 6:
        return "{" + ", ".join(f"{index}: {value}" for index, value in enumerate(inner)) + "}"
    if kind == 7:
        return f"({''.join(value + ', ' for value in inner)})"
    return f"list(map(str, [{', '.join(inner)}]))"


def _statements(source, index):
    """-> (lines at the top level, an expression to show)"""
    name = f"v{index}"
    value = _value(source)
    shapes = [
        ([f"{name} = {value}"], f"repr({name})"),
        ([f"class {name}:", f"    held = {value}", "    def get(self): return self.held", f"i{name} = {name}()"],
         f"repr(i{name}.get())"),
        ([f"def {name}(a={value}):", f"    def inner(): return (a, {index})", "    return inner", f"c{name} = {name}()"],
         f"repr(c{name}())"),
        ([f"def {name}():", f"    yield {value}", "    yield 7", f"g{name} = {name}()", f"first{name} = next(g{name})"],
         f"repr((first{name}, g{name}.gi_running))"),
        (["import functools", "@functools.lru_cache", f"def {name}(x): return (x, {value})", f"{name}(3)"],
         f"repr(({name}(3), {name}.cache_info().hits > 0))"),
        ([f"with open('/tmp/{name}', 'w', encoding='utf-8') as file: file.write(repr({value}))"],
         f"open('/tmp/{name}', encoding='utf-8').read()"),
        (["import sqlite3", f"{name} = sqlite3.connect(':memory:')", f"{name}.execute('create table t(a)')",
          f"{name}.execute('insert into t values (?)', (repr({value}),))"],
         f"repr({name}.execute('select a from t').fetchall())"),
        (["import re", f"{name} = re.compile(r'(\\w+)-(\\d{{2}})')"], f"repr({name}.match('ab-12').groups())"),
        (["import random", f"{name} = random.Random({index})", f"d{name} = {name}.random()"],
         f"repr((d{name}, {name}.random()))"),
        (["from enum import Enum", f"class {name}(Enum):", "    A = 1", f"    B = {index}"], f"repr(list({name}))"),
        (["import hashlib", f"{name} = hashlib.sha256(repr({value}).encode())"], f"{name}.hexdigest()"),
        (["from js import Object, JSON, fetch"], "str((JSON.stringify(Object.new()), type(fetch).__name__))"),
        (["import os", f"os.environ['PYW_{name}'] = repr({index})"], f"os.environ['PYW_{name}']"),
        (["import weakref", f"class {name}: pass", f"k{name} = {name}()", f"r{name} = weakref.ref(k{name})"],
         f"repr(r{name}() is k{name})"),
    ]
    return source.choice(shapes)


def program(seed):
    """The source of one entry module."""
    source = random.Random(seed)
    lines = ["from workers import Response, WorkerEntrypoint"]
    shown = []
    for module in source.sample(MODULES, source.randrange(8)):
        lines.append(f"import {module}")
        shown.append(f"{module}.__name__")
    for index in range(source.randrange(1, 9)):
        statements, show = _statements(source, index)
        lines += statements
        shown.append(show)
    lines += [
        "class Default(WorkerEntrypoint):",
        "    async def fetch(self, request):",
        "        return Response('\\n'.join([" + ", ".join(shown) + "]))",
    ]
    return "\n".join(lines) + "\n"
