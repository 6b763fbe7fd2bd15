"""Wheels with dynamic libraries for Pyodide, built from C by Debian's clang: for what no index has."""
import base64
import hashlib
import pathlib
import subprocess
import tempfile
import zipfile

from debian import program

TAG = "cp314-cp314-pyemscripten_2026_0_wasm32"

# What an extension module needs of CPython 3.14's headers (Include/moduleobject.h, methodobject.h), 32-bit.
HEADER = """
typedef struct _object PyObject;
struct Method { const char* name; PyObject* (*function)(PyObject*, PyObject*); int flags; const char* doc; };
struct Module { int refcount; void* type; void* init; int index; void* copy; const char* name; const char* doc;
  int size; struct Method* methods; void* slots; void* traverse; void* clear; void* free; };
PyObject* PyLong_FromLong(long);
PyObject* PyModule_Create2(struct Module*, int);
enum { NO_ARGUMENTS = 4, API_VERSION = 1013 };
"""


def extension(name, declarations, **functions):
    """C source of the extension module `name`: each function is an expression that gives a number."""
    bodies = "".join(f"static PyObject* {key}(PyObject* self, PyObject* unused) {{ return PyLong_FromLong({value}); }}\n"
                     for key, value in functions.items())
    table = "".join(f'{{"{key}", {key}, NO_ARGUMENTS, 0}}, ' for key in functions)
    return f"""{HEADER}{declarations}
{bodies}static struct Method methods[] = {{{table}{{0, 0, 0, 0}}}};
static struct Module module = {{1, 0, 0, 0, 0, "{name}", 0, -1, methods, 0, 0, 0, 0}};
PyObject* PyInit_{name}(void) {{ return PyModule_Create2(&module, API_VERSION); }}
"""


def side_module(source, exports, needed=(), runtime_path=None):
    """The bytes of a dynamic library; `needed` are the names of others that the loader loads first."""
    with tempfile.TemporaryDirectory() as folder:
        c, o, so = (pathlib.Path(folder) / f"it.{kind}" for kind in ("c", "o", "so"))
        c.write_text(source)
        subprocess.run([program("clang-14", ["clang-14"]), "--target=wasm32-unknown-emscripten", "-fPIC", "-O1", "-c", c, "-o", o], check=True)
        subprocess.run([program("wasm-ld-14", ["lld-14"]), "-shared", "--experimental-pic", "--import-undefined",
                        *(f"--export={name}" for name in exports), o, "-o", so], check=True, capture_output=True)
        return _with_needed(so.read_bytes(), needed, runtime_path)


def write_wheel(folder, name, files):
    """Writes NAME-1.0-TAG.whl with `files` (path -> bytes) and gives its path."""
    info = f"{name}-1.0.dist-info"
    files = {**files,
             f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode(),
             f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: false\nTag: {TAG}\n".encode()}
    record = "".join(f"{path},sha256={_digest(data)},{len(data)}\n" for path, data in files.items())
    files[f"{info}/RECORD"] = (record + f"{info}/RECORD,,\n").encode()
    wheel = pathlib.Path(folder) / f"{name}-1.0-{TAG}.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, data in files.items():
            archive.writestr(path, data)
    return wheel


def _digest(data):
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def _leb(number):
    out = bytearray()
    while True:
        number, low = number >> 7, number & 0x7F
        out.append(low | (0x80 if number else 0))
        if not number:
            return bytes(out)


def _text(value):
    return _leb(len(value)) + value.encode()


def _with_needed(wasm, needed, runtime_path):
    """Adds what LLVM 14's linker does not write: the sub-sections WASM_DYLINK_NEEDED (2) and RUNTIME_PATH (5) of
    dylink.0, the first section (WebAssembly tool-conventions, DynamicLinking.md)."""
    size, at, shift = 0, 9, 0
    assert wasm[8] == 0, "dylink.0 is not the first section"
    while True:
        byte = wasm[at]
        size |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not byte & 0x80:
            break
    section = wasm[at:at + size]
    for kind, names in ((2, list(needed)), (5, [runtime_path] if runtime_path else [])):
        if names:
            listed = _leb(len(names)) + b"".join(map(_text, names))
            section += bytes([kind]) + _leb(len(listed)) + listed
    return wasm[:8] + b"\0" + _leb(len(section)) + section + wasm[at + size:]
