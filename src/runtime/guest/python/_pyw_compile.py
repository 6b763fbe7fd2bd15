"""Compiles the Python files of an archive or pack, each to what the import system looks for.

The byte code is marked "unchecked": nothing is compared with the source at run time, because pyw
keeps it under a digest of all the sources. A file that does not compile is left out; importing it
then gives the error in its own place, which packages with files for other Pythons rely on.
"""

import io
import json
import zipfile
import zlib
from importlib._bootstrap_external import _code_to_hash_pyc
from importlib.util import cache_from_source, source_hash

from pyodide.ffi import to_js


def compile_all(kind, prefix, data, keep):
    """Calls `keep(path, Uint8Array)` for every file that the finished pack shall hold.

    `prefix` is the folder in which the files will lie; tracebacks show it.
    """

    def emit(path, content):
        keep(path, to_js(content))

    if kind == "zip":
        _compile_zip(data.to_bytes(), prefix, emit)
    elif kind == "check":
        emit("faults.json", json.dumps(_faults(data.to_bytes())).encode())
    else:
        _compile_pack(data.to_bytes(), prefix, emit)


def _compile_zip(data, prefix, emit):
    # Without sources: the byte code stands where the source would, and other files come along.
    archive = zipfile.ZipFile(io.BytesIO(data))
    for name in archive.namelist():
        if name.endswith("/"):
            continue
        content = archive.read(name)
        if not name.endswith(".py"):
            emit(name, content)
        elif (code := _compile(content, prefix + name)) is not None:
            emit(name + "c", code)


def _python_files(data):
    index_size = int.from_bytes(data[8:12], "little")
    start = 12 + index_size
    for path, offset, *sizes in json.loads(data[12:start]):
        if path.endswith(".py"):
            content = data[start + offset : start + offset + sizes[-1]]
            is_compressed = len(sizes) > 1
            yield path, zlib.decompress(content, wbits=-zlib.MAX_WBITS) if is_compressed else content


def _compile_pack(data, prefix, emit):
    # Beside sources that stay where they are, in another pack.
    for path, content in _python_files(data):
        if (code := _compile(content, prefix + path)) is not None:
            emit(cache_from_source(path), code)


def _faults(data):
    """[path, line, column, what is wrong] of every file that this Python cannot compile."""
    faults = []
    for path, content in _python_files(data):
        try:
            compile(content, path, "exec", dont_inherit=True)
        except SyntaxError as error:
            faults.append([path, error.lineno or 0, error.offset or 0, error.msg])
        except ValueError as error:
            faults.append([path, 0, 0, str(error)])
    return faults


def _compile(source, filename):
    try:
        code = compile(source, filename, "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return None
    return bytes(_code_to_hash_pyc(code, source_hash(source), checked=False))
