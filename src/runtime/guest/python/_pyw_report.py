"""Describes an exception for people: their own files and lines, by the paths of their project."""

import json
import linecache
import traceback

SESSION = "/session/metadata/"
PACKAGES = SESSION + "python_modules/"

# Where the Worker's modules lie in the project ("src", or "" for its root); set at the start.
source_root = ""


def project_path(filename):
    """The path as the user knows it; files that are not the project's are returned unchanged."""
    if filename.startswith(PACKAGES):
        return filename[len(SESSION) :]
    if not filename.startswith(SESSION):
        return filename
    name = filename[len(SESSION) :]
    return f"{source_root}/{name}" if source_root else name


def _is_users(filename):
    return filename.startswith(SESSION) and not filename.startswith(PACKAGES)


def _is_ours(filename):
    # Of the guest, or of the import system on the way to a module's own code.
    name = filename.rpartition("/")[2]
    ours = ("/lib/pyw/_cloudflare/", "/lib/pyw/importlib/", "<frozen importlib")
    return name.startswith("_pyw_") or filename.startswith(ours)


def _trim(described, keep):
    """Rewrites paths and drops the frames that `keep` refuses, in the whole chain of causes."""
    seen = set()
    pending = [described]
    while pending:
        one = pending.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        one.stack = _trim_stack(one.stack, keep)
        if isinstance(getattr(one, "filename", None), str):
            one.filename = project_path(one.filename)
        pending += [one.__cause__, one.__context__, *(one.exceptions or [])]
    return described


def _trim_stack(stack, keep):
    # Lines are looked up by the path in the guest, so before the path is rewritten.
    for frame in stack:
        frame.line  # noqa: B018
    kept = [frame for frame in stack if keep(frame.filename)]
    return traceback.StackSummary.from_list([_renamed(frame) for frame in kept or stack[-1:]])


def _renamed(frame):
    frame.filename = project_path(frame.filename)
    return frame


def _text(error, keep):
    described = traceback.TracebackException.from_exception(error)
    return "".join(_trim(described, keep).format()).rstrip()


def _place(error, frames):
    """The user's innermost place: where a syntax error is, or the last frame of their own."""
    if isinstance(error, SyntaxError) and error.filename and _is_users(error.filename):
        path, line, column, source = error.filename, error.lineno, error.offset, error.text
    elif frames:
        last = frames[-1]
        path, line = last.filename, last.lineno
        column = None if last.colno is None else last.colno + 1
        source = linecache.getline(path, line)
    else:
        return {}
    return {
        "path": project_path(path),
        "line": line,
        "column": column,
        "source": (source or "").rstrip("\n"),
    }


# What an error page shows: more would only be in the way, and a repr may be of any length.
_MOST_FRAMES = 12
_LINES_AROUND = 5
_MOST_LOCALS = 30
_MOST_TEXT = 300


def _code(filename, line):
    first = max(1, line - _LINES_AROUND)
    found = ((n, linecache.getline(filename, n)) for n in range(first, line + _LINES_AROUND + 1))
    return [{"line": n, "text": text.rstrip("\n")} for n, text in found if text]


def _local_text(value):
    try:
        text = repr(value)
    except Exception as error:
        text = f"<its repr raised {type(error).__name__}>"
    return text if len(text) <= _MOST_TEXT else text[:_MOST_TEXT] + "…"


def _locals(frame):
    # At module level these are the module's own names, most of them imports.
    if frame.f_locals is frame.f_globals:
        return []
    names = [name for name in frame.f_locals if not name.startswith("__")]
    return [[name, _local_text(frame.f_locals[name])] for name in names[:_MOST_LOCALS]]


def _frames(error):
    """The user's frames for an error page: place, the code around it, local variables."""
    found = [
        {
            "path": project_path(frame.f_code.co_filename),
            "line": line,
            "function": frame.f_code.co_qualname,
            "code": _code(frame.f_code.co_filename, line),
            "locals": _locals(frame),
        }
        for frame, line in traceback.walk_tb(error.__traceback__)
        if _is_users(frame.f_code.co_filename) and line
    ]
    if isinstance(error, SyntaxError) and error.filename and error.lineno and _is_users(error.filename):
        place = {"path": project_path(error.filename), "line": error.lineno, "function": "the module"}
        found.append({**place, "code": _code(error.filename, error.lineno), "locals": []})
    return found[-_MOST_FRAMES:]


def describe(error):
    """A JSON object: type, message, place, the traceback of the user's frames and the whole one, the frames."""
    frames = traceback.extract_tb(error.__traceback__)
    users = [frame for frame in frames if _is_users(frame.filename)]
    return json.dumps(
        {
            "type": type(error).__name__,
            "message": error.msg if isinstance(error, SyntaxError) else str(error),
            **_place(error, users),
            "traceback": _text(error, _is_users if users else lambda name: not _is_ours(name)),
            "fullTraceback": _text(error, lambda name: not _is_ours(name)),
            "frames": _frames(error),
        }
    )


def describe_missing(entry, message, suggestion):
    """The like for a class that the configuration names (`entry` knows where) and the code lacks."""
    return json.dumps(
        {
            "type": "MissingClass",
            "message": message,
            "suggestion": suggestion,
            "path": entry["path"],
            "line": entry["line"],
            "column": entry["column"],
            "source": entry["source"],
            "traceback": message,
        }
    )
