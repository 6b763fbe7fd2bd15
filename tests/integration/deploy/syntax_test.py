"""Modules that do not parse are found before anything is sent, by the Python that the platform will run them with.

usage: syntax_test.py PYW CASES_FOLDER
Wants the runtime, as the tests of `pyw dev` do, and fetches it once.
"""
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

failures = []


def check(name, condition, detail=""):
    if not condition:
        failures.append(name)
        print(f"{name}: {detail}")


def main():
    pyw, cases = sys.argv[1], Path(sys.argv[2])
    subprocess.run([pyw, "toolchain", "install"], check=True, capture_output=True)
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        shutil.copytree(cases / "hello" / "project", project)
        config = project / "wrangler.toml"
        config.write_text(config.read_text().replace("2026-01-15", "2026-10-01"))
        helper = project / "src" / "helper.py"

        def dry_run(text, *options):
            helper.write_text(text)
            return subprocess.run([pyw, "deploy", "--dry-run", *options], cwd=project, capture_output=True, text=True, timeout=300,
                                  env={**os.environ, "NO_COLOR": "1", "CI": "true"})

        wrong = f"def x():\n    return 1\n\n\ndef y()\n    return '{os.getpid()}'\n"  # new at each run: nothing is remembered
        done = dry_run(wrong)
        check("a warning with its place", done.returncode == 0 and "src/helper.py:5:8: warning: this is not Python 3.14" in done.stderr,
              done.stderr)
        done = dry_run(wrong, "--strict")
        check("an error with --strict", done.returncode == 1 and "src/helper.py:5:8: error" in done.stderr, done.stderr)
        done = dry_run(wrong, "--no-check")
        check("nothing with --no-check", done.returncode == 0 and "helper.py" not in done.stderr, done.stderr)
        done = dry_run(f'x = t"{{1}} {os.getpid()}"\n', "--strict")
        check("what only the newest Python knows", done.returncode == 0, done.stderr)
        done = dry_run("x = 1\n", "--strict")
        check("what is right", done.returncode == 0, done.stderr)
    print(f"{len(failures)} checks failed" if failures else "all checks passed")
    return 1 if failures else 0


sys.exit(main())
