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


def describe(error):
    """A JSON object: type, message, place, the traceback of the user's frames and the whole one."""
    frames = traceback.extract_tb(error.__traceback__)
    users = [frame for frame in frames if _is_users(frame.filename)]
    return json.dumps(
        {
            "type": type(error).__name__,
            "message": error.msg if isinstance(error, SyntaxError) else str(error),
            **_place(error, users),
            "traceback": _text(error, _is_users if users else lambda name: not _is_ours(name)),
            "fullTraceback": _text(error, lambda name: not _is_ours(name)),
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
