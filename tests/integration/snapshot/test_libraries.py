#!/usr/bin/env python3
"""Dynamic libraries in a snapshot, with wheels made here: what the index lacks (needed libraries, RTLD_GLOBAL, many)."""
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve()
sys.path.insert(0, str(HERE.parents[2] / "support"))
from checks import main  # noqa: E402
from dev_session import DevSession  # noqa: E402
from native_wheel import extension, side_module, write_wheel  # noqa: E402

WRANGLER = """name = "under-test"
main = "src/entry.py"
compatibility_date = "2026-10-01"
compatibility_flags = ["python_workers"]
"""
PYPROJECT = """[project]
name = "under-test"
version = "0.1.0"
requires-python = ">=3.14"
dependencies = ["native"]

[tool.uv.sources]
native = {{ path = "{wheel}" }}
"""
WORKER = """from workers import Response, WorkerEntrypoint
{top_level}

class Default(WorkerEntrypoint):
    async def fetch(self, request):
        return Response(repr({answer}))
"""


def answers(pyw, files, top_level, answer):
    """What the Worker answers without a snapshot, and restored from one that says it is ready."""
    with tempfile.TemporaryDirectory(prefix="pyw-libraries-") as folder:
        root = pathlib.Path(folder)
        wheel = write_wheel(root, "native", files)
        (root / "src").mkdir()
        (root / "wrangler.toml").write_text(WRANGLER)
        (root / "pyproject.toml").write_text(PYPROJECT.format(wheel=wheel.name))
        (root / "src/entry.py").write_text(WORKER.format(top_level=top_level, answer=answer))
        for arguments in (["-q", "sync"], ["snapshot", "build"]):
            done = subprocess.run([pyw, *arguments], cwd=root, capture_output=True, text=True)
            assert done.returncode == 0, (done.stdout[-1500:], done.stderr[-3000:])
        found = []
        for arguments in (["--no-snapshot"], []):
            with DevSession(pyw, root, *arguments) as session:
                found.append(session.ready().get())
        return found


def both_say(pyw, expected, *arguments):
    fresh, restored = answers(pyw, *arguments)
    assert fresh == (200, expected), fresh
    assert restored == (200, expected), restored


def test_a_library_that_others_need_is_in_their_scope_only(pyw):
    """Two libraries of the same symbol: each extension module calls the one it names, before and after a restore."""
    def needed(start):
        return side_module(f"static int count = {start}; const int step = {start // 10};\n"
                           "int needed_next(void) { return ++count; }", ["needed_next"])

    def user(name, library):
        source = extension(name, "int needed_next(void);", next="needed_next()")
        return side_module(source, [f"PyInit_{name}"], [library], "$ORIGIN/../native.libs")

    files = {"native/__init__.py": b"", "native.libs/libone.so": needed(10), "native.libs/libtwo.so": needed(20),
             "native/_one.so": user("_one", "libone.so"), "native/_two.so": user("_two", "libtwo.so")}
    top = "from native import _one, _two\nseen = [_one.next(), _two.next(), _two.next()]"
    both_say(pyw, "[11, 21, 22, 12, 23]", files, top, "seen + [_one.next(), _two.next()]")


def test_a_needed_library_that_is_first_called_after_the_restore(pyw):
    needed = side_module("static int count = 5; int first_called_late(void) { return ++count; }", ["first_called_late"])
    user = side_module(extension("_late", "int first_called_late(void);", next="first_called_late()"),
                       ["PyInit__late"], ["liblate.so"], "$ORIGIN/../native.libs")
    both_say(pyw, "6", {"native/__init__.py": b"", "native.libs/liblate.so": needed, "native/_late.so": user},
             "from native import _late", "_late.next()")


def test_a_library_loaded_for_all_gives_its_symbols_and_data(pyw):
    everyones = side_module("int shared_number = 7; int shared_next(void) { return ++shared_number; }",
                            ["shared_number", "shared_next"])
    user = side_module(extension("_user", "extern int shared_number; int shared_next(void);",
                                 next="shared_next()", number="shared_number"), ["PyInit__user"])
    top = ("import ctypes, native\n"
           "library = ctypes.CDLL(native.__path__[0] + '/libeveryones.so', mode=ctypes.RTLD_GLOBAL)\n"
           "from native import _user\n"
           "seen = [_user.next(), library.shared_next()]")
    both_say(pyw, "[8, 9, 10, 10, 11]",
             {"native/__init__.py": b"", "native/libeveryones.so": everyones, "native/_user.so": user},
             top, "seen + [_user.next(), _user.number(), library.shared_next()]")


def test_python_s_own_functions_have_one_address_by_whatever_way(pyw):
    """For a library loaded at the top level, for one loaded by the handler, for ctypes, and although another library
    that was loaded before has a function of that name."""
    def user(name, declared, address):
        return side_module(extension(name, declared, address=f"(int)(void *)&{address}"), [f"PyInit_{name}"])

    files = {"native/__init__.py": b"",
             "native/_early.so": user("_early", "void PyErr_Print(void);", "PyErr_Print"),
             "native/_late.so": user("_late", "void PyErr_Print(void);", "PyErr_Print"),
             "native/_same.so": side_module(
                 extension("_same", "int adler32(int a, int b, int c) { return a + b + c; }", address="(int)(void *)&adler32"),
                 ["PyInit__same", "adler32"]),
             "native/_other.so": user("_other", "int adler32(int a, int b, int c);", "adler32")}
    top = ("import ctypes\nfrom native import _early\n"
           "def by_name(name):\n    return ctypes.cast(getattr(ctypes.pythonapi, name), ctypes.c_void_p).value\n"
           "def late():\n    from native import _late, _same, _other\n"
           "    return [_late.address() == by_name('PyErr_Print'), _other.address() == by_name('adler32') != _same.address()]\n"
           "seen = [ctypes.pythonapi.Py_IsInitialized(), _early.address() == by_name('PyErr_Print')]")
    both_say(pyw, "[1, True, True, True, True]", files, top, "seen + [_early.address() == by_name('PyErr_Print')] + late()")


def test_forty_libraries(pyw):
    files = {"native/__init__.py": b""}
    for number in range(40):
        name = f"_number{number}"
        source = extension(name, f"static int state = {number}; static int step(void) {{ return state += 100; }}\n"
                                 "static int (*const pointer)(void) = step;", next="pointer()")
        files[f"native/{name}.so"] = side_module(source, [f"PyInit_{name}"])
    top = ("import importlib\nall_of_them = [importlib.import_module(f'native._number{n}') for n in range(40)]\n"
           "seen = sum(one.next() for one in all_of_them)")
    total = sum(range(40))
    both_say(pyw, repr((total + 4000, [n + 200 for n in range(40)])), files, top,
             "(seen, [one.next() for one in all_of_them])")


if __name__ == "__main__":
    main(globals())
