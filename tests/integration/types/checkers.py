"""mypy and pyright in a virtual environment of their own, installed once, pinned; and what they say of a file."""
import collections
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import venv

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
PINNED = HERE / "checkers.txt"


class Checkers:
    """An environment with both checkers and the SDK, into which `pyw types` can write."""

    def __init__(self, folder):
        self.folder = folder
        self.packages = next((folder / "lib").glob("python*/site-packages"))
        self.python = folder / "bin/python3"

    def mypy(self, folder, *arguments, check=False):
        done = subprocess.run(
            [self.python, "-m", "mypy", "--no-error-summary", "--show-column-numbers", "--no-color-output", *arguments],
            cwd=folder, capture_output=True, text=True, timeout=300)
        assert done.returncode in (0, 1, 2) and not done.stderr, done.stdout[-500:] + done.stderr[-2000:]
        return done.stdout

    def pyright(self, folder, *arguments):
        environment = dict(os.environ, PYRIGHT_PYTHON_IGNORE_WARNINGS="1", PYRIGHT_PYTHON_FORCE_VERSION="",
                           PYRIGHT_PYTHON_CACHE_DIR=str(self.folder / "pyright"))
        del environment["PYRIGHT_PYTHON_FORCE_VERSION"]
        done = subprocess.run([self.python, "-m", "pyright", "--outputjson", *arguments], cwd=folder,
                              capture_output=True, text=True, timeout=300, env=environment)
        try:
            return json.loads(done.stdout[done.stdout.index("{"):])["generalDiagnostics"]
        except (ValueError, KeyError):
            raise AssertionError(done.stdout[-1000:] + done.stderr[-2000:]) from None


def install(folder):
    """The environment in `folder`, made when it is not there or is another version's."""
    wanted = hashlib.sha256(PINNED.read_bytes()).hexdigest()
    marker = folder / "complete"
    if not marker.is_file() or marker.read_text() != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        venv.create(folder, with_pip=False, symlinks=True)
        packages = next((folder / "lib").glob("python*/site-packages"))
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps",
                        "--require-hashes", "--target", str(packages), "-r", str(PINNED)], check=True)
        marker.write_text(wanted)
    checkers = Checkers(folder)
    for package in ("asgi-stubs", "js-stubs", "workers-stubs", "pyodide-stubs"):  # of the run before
        shutil.rmtree(checkers.packages / package, ignore_errors=True)
    return checkers


def normal_type(text):
    """A revealed type as a set of arms, without modules and quotes' kind."""
    text = re.sub(r"(?<![\w'])(?:[A-Za-z_]\w*\.)+(?=[A-Za-z_])", "", text.strip().replace('"', "'").replace("?", ""))
    if match := re.fullmatch(r"Union\[(.*)\]", text):
        text = match[1].replace(", ", " | ")
    arms, depth, arm = set(), 0, ""
    for part in re.split(r"( \| |[\[\](),])", text):
        depth += (part in "[(" and part != "") - (part in "])" and part != "")
        if part == " | " and depth == 0:
            arms.add(arm.strip())
            arm = ""
        else:
            arm += part
    arms.add(arm.strip())
    return arms


def fits(revealed, wanted):
    """`A || B` are alternatives, NUM is int or float, !Any anything that is known."""
    arms = normal_type(revealed)
    for alternative in wanted.split("||"):
        if alternative.strip() == "!Any":
            if not arms & {"Any", "object"} and "Unknown" not in revealed:
                return True
        elif alternative.strip() == "NUM":
            if arms <= {"int", "float"}:
                return True
        elif arms == normal_type(alternative):
            return True
    return False


def findings(checkers, folder, source, python_version):
    """What each checker says: {checker: {(file, line): [(kind, text)]}}."""
    said = {"mypy": collections.defaultdict(list), "pyright": collections.defaultdict(list)}
    (folder / "mypy.ini").write_text(
        f"[mypy]\npython_version = {python_version}\nstrict = True\ndisable_error_code = unused-coroutine\n")
    for line in checkers.mypy(folder, "--config-file", "mypy.ini", source).splitlines():
        match = re.match(r"(.+?):(\d+):\d+: (error|note): (.*)", line)
        if match:
            path, number, kind, text = match.groups()
            revealed = re.match(r'Revealed type is "(.*)"$', text)
            if revealed or kind == "error":
                said["mypy"][path, int(number)].append(("type", revealed[1]) if revealed else ("error", text))
        elif ": error:" in line:
            said["mypy"][line.split(":")[0], 0].append(("error", line))
    (folder / "pyrightconfig.json").write_text(json.dumps({
        "include": [source], "pythonVersion": python_version, "typeCheckingMode": "standard",
        "reportUnusedCoroutine": False, "reportUnusedExpression": False,
        "venvPath": str(checkers.folder.parent), "venv": checkers.folder.name}))
    for each in checkers.pyright(folder, "-p", str(folder)):
        path = os.path.relpath(each["file"], folder.resolve())
        line = each["range"]["start"]["line"] + 1
        revealed = re.match(r'Type of ".*" is "(.*)"$', each["message"], re.S)
        if revealed and each["severity"] == "information":
            said["pyright"][path, line].append(("type", revealed[1]))
        elif each["severity"] == "error":
            said["pyright"][path, line].append(("error", each["message"].splitlines()[0]))
    return said


def judge(said, path, text):
    """The lines of one file where a checker says something other than its marks."""
    wrong = []
    for number, line in enumerate(text.splitlines(), 1):
        wanted_type = re.search(r"# T: (.*)$", line)
        wants_error = re.search(r"# E$", line)
        for checker, by_line in said.items():
            here = by_line.get((path, number), [])
            errors = [text for kind, text in here if kind == "error"]
            types = [text for kind, text in here if kind == "type"]
            if wants_error:
                if not errors:
                    wrong.append(f"{path}:{number}: {checker}: no error: {line.strip()}")
            elif errors:
                wrong.append(f"{path}:{number}: {checker}: {errors[0]}")
            elif wanted_type and not (types and fits(types[0], wanted_type[1])):
                wrong.append(f"{path}:{number}: {checker}: {types or 'nothing'} is not {wanted_type[1]}")
    return wrong
