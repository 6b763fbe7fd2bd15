#!/usr/bin/env python3
"""Runs the program on the cases of cases/*.txt and compares exit code, stdout and stderr as whole texts.

    run_snapshots.py --pyw PROGRAM [--update] [NAME …]

A case file holds one or more steps in a fresh folder:

    # what this case shows
    --- file wrangler.toml          a file to write (until the next "---" line)
    name = "x"
    --- run pyw config              a command; `pyw` is the program
    --- exit 1
    --- stdout
    --- stderr
    wrangler.toml:1:1: error: …

Filters replace what differs from run to run: [FOLDER] the test's folder, [CACHE], [TIME], [PORT], [TODAY].
--update writes what came out; read the diff before committing it.
"""
import argparse
import datetime
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

CASES = pathlib.Path(__file__).resolve().parent / "cases"


def parse(text):
    """-> (comment, [(kind, argument, body)])"""
    comment, *blocks = re.split(r"^--- ?", text, flags=re.M)
    parts = []
    for block in blocks:
        head, _, body = block.partition("\n")
        kind, _, argument = head.partition(" ")
        parts.append((kind, argument, body))
    return comment, parts


def filtered(text, folder, cache):
    text = text.replace(str(cache), "[CACHE]").replace(str(folder), "[FOLDER]")
    text = re.sub(r"\b\d+(\.\d+)? ?ms\b", "[TIME]", text)
    text = text.replace(datetime.datetime.now(datetime.timezone.utc).date().isoformat(), "[TODAY]")
    text = re.sub(r"(127\.0\.0\.1|localhost):\d+", r"\1:[PORT]", text)
    return text


def run_step(command, folder, cache, program):
    argv = [str(program) if word == "pyw" else word for word in shlex.split(command)]
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(folder), "PYW_CACHE_DIR": str(cache), "LANG": "C.UTF-8",
    }
    # Sanitizers and coverage may want their own settings.
    environment.update({k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")})
    done = subprocess.run(argv, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    return [
        ("exit", str(done.returncode), ""),
        ("stdout", "", filtered(done.stdout.decode(errors="replace"), folder, cache)),
        ("stderr", "", filtered(done.stderr.decode(errors="replace"), folder, cache)),
    ]


def rendered(comment, parts):
    text = comment
    for kind, argument, body in parts:
        text += f"--- {kind} {argument}".rstrip() + "\n" + body
        if body and not body.endswith("\n"):
            text += "\n"
    return text


def run_case(path, program):
    """-> (expected text, actual text)"""
    comment, parts = parse(path.read_text())
    actual = []
    with tempfile.TemporaryDirectory(prefix="pyw-cli-") as name:
        base = pathlib.Path(name).resolve()
        folder, cache = base / "project", base / "cache"
        folder.mkdir()
        for kind, argument, body in parts:
            if kind == "file":
                file = folder / argument
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(body)
                actual.append((kind, argument, body))
            elif kind == "run":
                actual.append((kind, argument, ""))
                actual += run_step(argument, folder, cache, program)
    return rendered(comment, parts), rendered(comment, actual)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pyw", type=pathlib.Path, required=True)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    passed = failed = 0
    for path in sorted(CASES.rglob("*.txt")):
        if arguments.names and path.stem not in arguments.names:
            continue
        expected, actual = run_case(path, arguments.pyw.resolve())
        if expected == actual:
            passed += 1
        elif arguments.update:
            path.write_text(actual)
            print(f"updated {path.stem}")
        else:
            failed += 1
            import difflib

            sys.stdout.writelines(difflib.unified_diff(
                expected.splitlines(True), actual.splitlines(True), f"{path.stem} expected", "actual"))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed + int(arguments.update) else 0


if __name__ == "__main__":
    sys.exit(main())
