#!/usr/bin/env python3
"""The rules of ARCHITECTURE.md, checked: arrows of #includes, files that no target builds, long files,
third-party headers in our headers, hosts and machine paths."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
MOST_LINES = 800
MOST_ASIO_FILES = 9  # 26 s and over 1 GB each: the loop, three of the dev server, five of the edge
# Third-party headers that our headers may include (style guide, 12).
HEADERS_ALLOWED = {"fmt/core.h", "fmt/format.h", "tl/expected.hpp", "nlohmann/json_fwd.hpp"}
# Headers of one class in several files, which nobody else includes: header -> how its includers' names begin.
PRIVATE_HEADERS = {
    "base/http_relay.hpp": ("devserver/message_relay.hpp", "edge/gateway.cpp"),
    "devserver/client_exchange.hpp": "devserver/client_",
    "edge/client_connection.hpp": ("edge/api_server.cpp", "edge/gateway.cpp", "edge/tail_socket"),
    "edge/tail_socket.hpp": ("edge/api_server.cpp", "edge/tail_socket.cpp"),
    "devserver/http2_library.hpp": "devserver/http2_",
    "devserver/http2_stream.hpp": "devserver/http2_",
    "devserver/message_relay.hpp": "devserver/client_",
}
THIRD_PARTY = re.compile(r"^(CLI|boost|nlohmann|toml|curl|git2|archive|openssl|sqlite3|zstd|tree_sitter|xxhash|catch2|nghttp2)\b")


def tracked(*patterns):
    out = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split("\n")
    return [name for name in out if name and (ROOT / name).is_file()]


def arrows():
    """The table of ARCHITECTURE.md: folder -> set of folders it may include."""
    text = (ROOT / "ARCHITECTURE.md").read_text()
    rows = re.findall(r"^\| (\w+) \|([\w ]*)\|$", text.split("## Arrows")[1], re.M)
    return {name: set(allowed.split()) for name, allowed in rows if name != "from"}


def folder_of(path):
    parts = pathlib.PurePosixPath(path).parts
    if parts[0] == "src":
        return parts[1] if len(parts) > 2 else None
    return parts[0]


def includes(path):
    text = (ROOT / path).read_text(errors="replace")
    return [(n, m[1]) for n, line in enumerate(text.split("\n"), 1)
            if (m := re.match(r'\s*#\s*include\s*[<"]([^>"]+)[>"]', line))]


def check_arrows(allowed, problems):
    for path in tracked("*.cpp", "*.hpp"):
        own = folder_of(path)
        if own not in allowed:  # main.cpp, tests, bench
            continue
        for number, header in includes(path):
            target = header.split("/")[0]
            if target in allowed and target != own and target not in allowed[own]:
                problems.append(f"{path}:{number}: error: `{own}` may not include `{header}` (ARCHITECTURE.md, Arrows)")


def check_headers(problems):
    asio_files = []
    for path in tracked("*.cpp", "*.hpp"):
        names = [header for _, header in includes(path)]
        if path.endswith(".cpp") and any(re.match(r"boost/(asio|beast)", name) for name in names):
            asio_files.append(path)
        for number, header in includes(path):
            if not path.startswith(PRIVATE_HEADERS.get(header, "")):
                problems.append(f"{path}:{number}: error: `{header}` is private to {PRIVATE_HEADERS[header]}*")
        if path.endswith(".hpp") and not path.startswith("tests/") and path.removeprefix("src/") not in PRIVATE_HEADERS:
            for number, header in includes(path):
                if THIRD_PARTY.match(header) and header not in HEADERS_ALLOWED:
                    problems.append(f"{path}:{number}: error: third-party header `{header}` in a header of ours")
    if len(asio_files) > MOST_ASIO_FILES:
        problems.append(f"error: more than {MOST_ASIO_FILES} files include Asio: {', '.join(asio_files)}")


def check_built(problems):
    """Every .cpp is named in the CMakeLists.txt of its folder, or of one above it."""
    for path in tracked("*.cpp"):
        file = ROOT / path
        for folder in file.parents:
            lists = folder / "CMakeLists.txt"
            if lists.is_file() and file.relative_to(folder).as_posix() in lists.read_text():
                break
            if folder == ROOT:
                problems.append(f"{path}: error: no target builds this file")
                break


def check_lengths(problems):
    for path in tracked("*.cpp", "*.hpp", "*.js", "*.py", "*.sh", "*.cmake"):
        lines = (ROOT / path).read_text(errors="replace").count("\n")
        if lines > MOST_LINES:
            problems.append(f"{path}: error: {lines} lines, at most {MOST_LINES}")


def check_paths(problems):
    pattern = re.compile(r"/(?:root|work|farm|tmp/bash_jobs)/")
    for path in tracked():
        data = (ROOT / path).read_bytes()
        if b"\0" in data:
            continue
        for number, line in enumerate(data.decode(errors="replace").split("\n"), 1):
            if pattern.search(line):
                problems.append(f"{path}:{number}: error: a path of one machine")


def check_self(problems):
    """The checks must be able to fail: an undrawn arrow is found in a made-up table."""
    made_up = []
    check_arrows({"base": set(), "net": set(), "commands": set()}, made_up)
    if not made_up:
        problems.append("tests/tree/check_tree.py: error: the arrow check finds nothing in an empty table")


def main():
    problems = []
    allowed = arrows()
    if "base" not in allowed or allowed["base"]:
        problems.append("ARCHITECTURE.md: error: the arrow table cannot be read, or base has an arrow")
    check_arrows(allowed, problems)
    check_headers(problems)
    check_built(problems)
    check_lengths(problems)
    check_paths(problems)
    check_self(problems)
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
