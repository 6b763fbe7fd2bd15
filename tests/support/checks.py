"""Runs the functions named test_* of a module and counts them: "N passed, N failed"."""
import argparse
import pathlib
import sys
import time
import traceback


def run_all(namespace, *arguments, only=()):
    passed = 0
    failures = []
    for name, function in list(namespace.items()):
        if not name.startswith("test_") or (only and name not in only):
            continue
        started = time.monotonic()
        try:
            function(*arguments)
            passed += 1
            print(f"ok {name} ({time.monotonic() - started:.1f} s)", flush=True)
        except Exception:
            failures.append(f"FAILED {name}\n{traceback.format_exc()}")
            print(f"FAILED {name}", flush=True)
    # Told last, where a long log is read from.
    for failure in failures:
        print(failure, flush=True)
    print(f"{passed} passed, {len(failures)} failed", flush=True)
    return 1 if failures or not passed else 0


def main(namespace):
    """A test program: `--pyw PROGRAM [NAME …]` runs all, or those of these names, each with the path of pyw."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pyw", type=pathlib.Path, required=True)
    parser.add_argument("only", nargs="*")
    given = parser.parse_args()
    sys.exit(run_all(namespace, given.pyw.resolve(), only=given.only))
