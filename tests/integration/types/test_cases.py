"""What the generated types let pass and what they do not: the files of tests/data/types/cases, before both checkers.

Marks: `# T: type` on a line with reveal_type, `# E` on a line that must be an error; every other line must be clean.
"""
import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import checkers

DATA = checkers.ROOT / "tests/data/types"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pyw", required=True, type=pathlib.Path)
    parser.add_argument("--environment", type=pathlib.Path, default=checkers.ROOT / "build/tools/checkers")
    parser.add_argument("--declarations", help="instead of the pinned ones")
    parser.add_argument("cases", nargs="*", help="names; all when there is none")
    options = parser.parse_args()
    environment = checkers.install(options.environment.resolve())
    root = pathlib.Path(tempfile.mkdtemp(prefix="pyw-type-cases-")).resolve()
    try:
        (root / "src").mkdir()
        shutil.copy(DATA / "wrangler.jsonc", root)
        shutil.copy(DATA / "entry.py", root / "src")
        (root / ".dev.vars").write_text("TOKEN=secret\n")
        command = [str(options.pyw.resolve()), "types", "--outdir", str(environment.packages)]
        command += ["--declarations", str(pathlib.Path(options.declarations).resolve())] if options.declarations else []
        subprocess.run(command, cwd=root, check=True, env={**os.environ, "NO_COLOR": "1"})
        names = options.cases or sorted(path.stem for path in (DATA / "cases").glob("*.py"))
        for name in names:
            shutil.copy(DATA / "cases" / f"{name}.py", root / "src" / f"case_{name}.py")
        said = checkers.findings(environment, root, "src", "3.13")
        wrong = 0
        for name in names:
            path = f"src/case_{name}.py"
            lines = checkers.judge(said, path, (root / path).read_text())
            wrong += bool(lines)
            print("\n".join(lines), end="\n" if lines else "")
        elsewhere = {f"{path}:{line}: {checker}: {text}" for checker, by_line in said.items()
                     for (path, line), found in by_line.items() for kind, text in found
                     if kind == "error" and not path.startswith("src/case_")}
        print("\n".join(sorted(elsewhere)), end="\n" if elsewhere else "")
        print(f"{len(names) - wrong + (not elsewhere)} passed, {wrong + bool(elsewhere)} failed")
        return 1 if wrong or elsewhere else 0
    finally:
        shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
