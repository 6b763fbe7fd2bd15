#!/usr/bin/env python3
"""Every test, in the order of their cost; the last line counts them: "N passed, N failed".

    tests/run.py [--only PART …]     parts: format, tree, dev, asan, release, cli, integration
"""
import argparse
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PARTS = ["format", "tree", "dev", "asan", "release", "cli", "integration"]
JOBS = str(os.cpu_count() or 2)


class Tally:
    """Counts what the runners say of themselves."""

    def __init__(self):
        self.passed = 0
        self.failed = 0
        self.failures = []

    def add(self, name, passed, failed, output=""):
        self.passed += passed
        self.failed += failed
        print(f"-- {name}: {passed} passed, {failed} failed", flush=True)
        if failed:
            self.failures.append(f"-- FAILED {name}\n{output}".rstrip())

    def print_failures(self):
        """Once more at the end: what is read of a long log is its last page."""
        for failure in self.failures:
            print(failure[:3000], flush=True)


def run(argv, **options):
    print("$", " ".join(argv), flush=True)
    return subprocess.run(argv, cwd=ROOT, **options)


def check(tally, name, argv):
    """A command that is one test: passes when it exits with 0."""
    good = run(argv).returncode == 0
    tally.add(name, int(good), int(not good))
    return good


def build(tally, preset, targets=()):
    if not check(tally, f"configure {preset}", ["cmake", "--preset", preset]):
        return False
    argv = ["cmake", "--build", "--preset", preset, "-j", JOBS]
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


def ctest(tally, preset, label):
    folder = ROOT / "build" / preset
    listing = subprocess.run(
        ["ctest", "--test-dir", str(folder), "-L", f"^{label}$", "-N"], capture_output=True, text=True, cwd=ROOT
    ).stdout
    for name in re.findall(r"Test\s+#\d+: (\S+)", listing):
        started = time.time()
        result = subprocess.run(
            ["ctest", "--test-dir", str(folder), "-R", f"^{re.escape(name)}$", "--verbose"],
            capture_output=True, text=True, errors="replace", cwd=ROOT,
        )
        output = re.sub(r"^\d+: ?", "", result.stdout, flags=re.M)
        passed, failed = counts_in(output) or (0, 0)
        if result.returncode == 0 and passed + failed == 0:
            passed = 1
        if result.returncode != 0 and failed == 0:
            failed = 1
        if failed:
            print(output[-6000:], result.stderr[-2000:], flush=True)
        tally.add(f"{preset} {name} ({time.time() - started:.1f} s)", passed, failed, failure_in(output))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parts = parser.parse_args().only
    tally = Tally()
    if "format" in parts:
        check(tally, "format", ["cmake/format.sh"])
    if "tree" in parts:
        check(tally, "tree", [sys.executable, "tests/tree/check_tree.py"])
    if "dev" in parts and build(tally, "dev"):
        ctest(tally, "dev", "unit")
    if "asan" in parts and build(tally, "asan", ["unit_tests"]):
        ctest(tally, "asan", "unit")
    if "release" in parts:
        build(tally, "release", ["pyw"])
    if "cli" in parts:
        ctest(tally, "dev", "cli")
    if "integration" in parts:
        ctest(tally, "dev", "integration")
    tally.print_failures()
    print(f"{tally.passed} passed, {tally.failed} failed", flush=True)
    return 1 if tally.failed or not tally.passed else 0


if __name__ == "__main__":
    sys.exit(main())
