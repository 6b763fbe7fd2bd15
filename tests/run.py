#!/usr/bin/env python3
"""Every test, in the order of their cost; the last line counts them: "N passed, N failed".

    tests/run.py [--only PART …]     parts: format, tree, asan, release, cli, integration; and dev

The unit tests run under the sanitizers; `cli` and `integration` run the program that people install. With the
part `dev` they run build/dev/pyw, after its unit tests.
"""
import argparse
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PARTS = ["format", "tree", "asan", "release", "cli", "integration"]
JOBS = os.cpu_count() or 2


class Tally:
    """Counts what the runners say of themselves."""

    def __init__(self):
        self.passed = 0
        self.failed = 0
        self.failures = []
        self.lock = threading.Lock()

    def add(self, name, passed, failed, failure="", output=""):
        with self.lock:
            self.passed += passed
            self.failed += failed
            print(f"{output}\n-- {name}: {passed} passed, {failed} failed".lstrip(), flush=True)
            if failed:
                self.failures.append(f"-- FAILED {name}\n{failure}".rstrip())

    def print_failures(self):
        """Once more at the end: what is read of a long log is its last page."""
        for failure in self.failures:
            print(failure[:3000], flush=True)


def run(argv, **options):
    print("$", " ".join(argv), flush=True)
    return subprocess.run(argv, cwd=ROOT, **options)


def check(tally, name, argv):
    """A command that is one test: passes when it exits with 0."""
    started = time.time()
    good = run(argv).returncode == 0
    tally.add(f"{name} ({time.time() - started:.1f} s)", int(good), int(not good))
    return good


def build(tally, preset, targets=(), settings=()):
    if not check(tally, f"configure {preset}", ["cmake", "--preset", preset, *settings]):
        return False
    argv = ["cmake", "--build", "--preset", preset, "-j", str(JOBS)]
    for target in targets:
        argv += ["--target", target]
    return check(tally, f"build {preset}", argv)


def counts_in(output):
    """What one test program's output says: Catch2's summary, or "N passed, N failed"; None when neither."""
    match = re.search(r"All tests passed \(\d+ assertions? in (\d+) test cases?\)", output)
    if match:
        return int(match[1]), 0
    match = re.search(r"test cases:\s*(\d+)(?:\s*\|\s*(\d+) passed)?(?:\s*\|\s*(\d+) failed)?", output)
    if match:
        failed = int(match[3] or 0)
        return int(match[1]) - failed, failed
    match = None
    for match in re.finditer(r"^(?:\w+: )?(\d+) passed, (\d+) failed", output, re.M):
        pass
    return (int(match[1]), int(match[2])) if match else None


def failure_in(output):
    """The part of a program's output that says what failed: from the first failure told in full, or its end."""
    at = max(output.rfind(mark) for mark in ("\nFAILED ", "FAILED:\n"))
    first = output.find("\nFAILED test_", max(0, at - 20000)) if at >= 0 else -1
    told = output.find("Traceback", first)
    start = output.rfind("\nFAILED", 0, told) if told >= 0 else at
    return output[start:][:2500] if start >= 0 else output[-2500:]


def tests_of(preset, label):
    """What CTest knows under a label: name, command, seconds, what no two may use at once."""
    listing = subprocess.run(
        ["ctest", "--test-dir", f"build/{preset}", "--show-only=json-v1", "-L", f"^{label}$"],
        capture_output=True, text=True, cwd=ROOT, check=True,
    ).stdout
    for test in json.loads(listing)["tests"]:
        properties = {each["name"]: each["value"] for each in test["properties"]}
        yield {
            "name": test["name"],
            "command": test.get("command"),
            "folder": properties.get("WORKING_DIRECTORY", ROOT),
            "seconds": properties.get("TIMEOUT", 1500),
            "locks": properties.get("RESOURCE_LOCK", []),
        }


def run_test(tally, preset, test):
    """Runs one program with a process group of its own, so that nothing outlives its time."""
    if not test["command"]:
        tally.add(f"{preset} {test['name']} (was not built)", 0, 1)
        return
    started = time.time()
    with tempfile.TemporaryFile() as told:
        process = subprocess.Popen(
            test["command"], cwd=test["folder"], stdin=subprocess.DEVNULL, stdout=told, stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            code = process.wait(test["seconds"])
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            code = process.wait()
        told.seek(0)
        output = told.read().decode(errors="replace")
    if code < 0:
        output += f"\nended by signal {-code} after {time.time() - started:.0f} s, of {test['seconds']:.0f}"
    passed, failed = counts_in(output) or (0, 0)
    if code == 0 and passed + failed == 0:
        passed = 1
    if code != 0 and failed == 0:
        failed = 1
    tally.add(f"{preset} {test['name']} ({time.time() - started:.1f} s)", passed, failed, failure_in(output),
              output[-6000:] if failed else "")


def run_tests(tally, preset, label, at_once=1):
    """`at_once` of them together; two that name the same lock run one after the other."""
    waiting = list(tests_of(preset, label))
    locked = set()
    free = threading.Condition()

    def take():
        with free:
            while waiting:
                test = next((each for each in waiting if not locked & set(each["locks"])), None)
                if test:
                    waiting.remove(test)
                    locked.update(test["locks"])
                    return test
                free.wait()
        return None

    def work():
        while test := take():
            run_test(tally, preset, test)
            with free:
                locked.difference_update(test["locks"])
                free.notify_all()

    workers = [threading.Thread(target=work) for _ in range(at_once)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", nargs="+", choices=[*PARTS, "dev"], default=PARTS)
    parts = parser.parse_args().only
    tally = Tally()
    # A shell starts what it runs in the background deaf to Ctrl-C, and children inherit it; tests press it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if "format" in parts:
        check(tally, "format", ["cmake/format.sh"])
    if "tree" in parts:
        check(tally, "tree", [sys.executable, "tests/tree/check_tree.py"])
    if "dev" in parts and build(tally, "dev"):
        run_tests(tally, "dev", "unit")
    if "asan" in parts and build(tally, "asan", ["unit_tests", "integration_net"]):
        run_tests(tally, "asan", "unit", JOBS)
        run_tests(tally, "asan", "native")
    if "release" in parts:
        build(tally, "release", ["pyw"], ["-DPYW_TESTS=ON", "-DPYW_WERROR=ON"])
    preset = "dev" if "dev" in parts else "release"
    if "cli" in parts:
        run_tests(tally, preset, "cli")
    if "integration" in parts:
        run_tests(tally, preset, "integration", JOBS)
    tally.print_failures()
    print(f"{tally.passed} passed, {tally.failed} failed", flush=True)
    return 1 if tally.failed or not tally.passed else 0


if __name__ == "__main__":
    sys.exit(main())
