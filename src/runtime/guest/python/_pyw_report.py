"""Describes an exception for people: their own files and lines, by the paths of their project."""

import json
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


def _location(error):
    """The user's innermost place: where a syntax error is, or the last frame of their own."""
    if isinstance(error, SyntaxError) and error.filename and _is_users(error.filename):
        return project_path(error.filename), error.lineno, error.offset
    place = None
    for frame in traceback.extract_tb(error.__traceback__):
        if _is_users(frame.filename):
            column = None if frame.colno is None else frame.colno + 1
            place = project_path(frame.filename), frame.lineno, column
    return place or (None, None, None)


def describe(error):
    """A JSON object: type, message, place, the traceback of the user's frames and the whole one."""
    path, line, column = _location(error)
    users = any(_is_users(f.filename) for f in traceback.extract_tb(error.__traceback__))
    return json.dumps(
        {
            "type": type(error).__name__,
            "message": str(error),
            "path": path,
            "line": line,
            "column": column,
            "traceback": _text(error, _is_users if users else lambda name: not _is_ours(name)),
            "fullTraceback": _text(error, lambda name: not _is_ours(name)),
        }
    )
