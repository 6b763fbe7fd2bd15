#!/usr/bin/env python3
"""The SDK's own in-Worker test suites, run under `pyw dev`; prints a table for docs/compatibility.md.

    tests/compat/sdk_suites.py --pyw build/release/pyw --repository FOLDER [--python 3.13 3.14] [WORKER …]

FOLDER is a copy of the public repository cloudflare/workers-py. Each of its test Workers answers
`/run-tests/NAME` by running pytest on its module `test_NAME`. The SDK is taken from the same copy, as its own tests do.
"""
import argparse
import contextlib
import json
import pathlib
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from dev_session import DevSession  # noqa: E402

SDK = "packages/runtime-sdk"
# Test Worker -> (its folder, further sources that go to python_modules).
WORKERS = {
    "bindings": (f"{SDK}/tests/bindings-test", []),
    "fastapi": (f"{SDK}/tests/web-frameworks-test/fastapi-tests", []),
    "django": (f"{SDK}/tests/web-frameworks-test/django-async", []),
    "django-cf": ("packages/django-cf/tests/in_worker/worker", ["packages/django-cf/django_cf"]),
}
FLAGS = ["enable_python_external_sdk", "python_process_pth_files", "python_request_headers_preserve_commas"]
DATES = {"3.13": ("2026-01-01", FLAGS), "3.14": ("2026-07-01", ["python_workers_20260610", "experimental"])}
# Of MySQL's driver, for one way to log in; no index that pyw knows has a wheel of it.
WITHOUT = re.compile(r',\s*"cryptography"')


def make_project(repository, folder, more, python):
    shutil.copytree(repository / folder, ".", dirs_exist_ok=True)
    date, flags = DATES[python]
    config = pathlib.Path("wrangler.jsonc")
    named = ", ".join(f'"{flag}"' for flag in ["python_workers", *flags])
    config.write_text(config.read_text().replace("%COMPAT_DATE", date).replace('"python_workers"', named, 1))
    project = pathlib.Path("pyproject.toml")
    project.write_text(WITHOUT.sub("", project.read_text()))
    return [repository / SDK / "src", *(repository / place for place in more)]


def run_worker(pyw, repository, folder, more, python):
    """-> {suite: {test: result}}; an error as text where the Worker cannot be made."""
    sources = make_project(repository, folder, more, python)
    synced = subprocess.run([pyw, "sync"], capture_output=True, text=True, timeout=600)
    if synced.returncode:
        return next((line for line in synced.stderr.splitlines() if "error: " in line), synced.stderr[-300:])
    for source in sources:
        target = pathlib.Path("python_modules") / ("" if source.name == "src" else source.name)
        shutil.copytree(source, target, dirs_exist_ok=True)
    results = {}
    with DevSession(pyw, ".", "--no-sync") as session:
        try:
            session.ready()
        except (AssertionError, queue.Empty):
            errors = [event["message"] for event in session.seen if event["event"] == "error"]
            return errors[-1] if errors else "it does not start"
        for module in sorted(pathlib.Path("src").glob("test_*.py")):
            suite = module.stem.removeprefix("test_")
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{session.port}/run-tests/{suite}", timeout=300) as answer:
                    results[suite] = json.load(answer)
            except OSError as error:
                text = error.read().decode()[-2000:] if hasattr(error, "read") else str(error)
                results[suite] = {"(the suite)": {"status": "error", "error": text}}
    return results


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pyw", required=True, type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--repository", required=True, type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--python", nargs="*", default=list(DATES), choices=list(DATES))
    parser.add_argument("--verbose", action="store_true", help="why each test failed or was skipped")
    parser.add_argument("workers", nargs="*", default=list(WORKERS))
    options = parser.parse_args()
    print("| Worker | Python | suite | passed | failed | skipped |\n|---|---|---|---|---|---|")
    notes = []
    for name in options.workers:
        for python in options.python:
            started = time.monotonic()
            with tempfile.TemporaryDirectory(prefix="pyw-sdk-") as folder:
                with contextlib.chdir(folder):
                    results = run_worker(options.pyw, options.repository, *WORKERS[name], python)
            if isinstance(results, str):
                print(f"| {name} | {python} | – | – | – | {results} |", flush=True)
                continue
            for suite, tests in results.items():
                states = [test["status"] for test in tests.values()]
                passed, skipped = states.count("passed"), states.count("skipped")
                print(f"| {name} | {python} | {suite} | {passed} | {len(states) - passed - skipped} | {skipped} |", flush=True)
                notes += [f"{name} {python} {suite} {test}: {result['status']}: {result.get('error', result.get('reason', ''))[-700:]}"
                          for test, result in tests.items() if result["status"] != "passed"]
            print(f"{name} on {python}: {time.monotonic() - started:.0f} s", file=sys.stderr)
    if options.verbose:
        print("\n".join(notes))


if __name__ == "__main__":
    main()
