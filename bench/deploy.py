"""What a deployment costs: wall time, processor time and memory of `pyw deploy`, against a server on loopback.

usage: deploy.py --pyw PYW [--wrangler 'node … cli.js'] [--runs N]
The project has as many and as large files as FastAPI's set (550 parts, 11 MB); a second one has 100 MB.
"""
import argparse
import os
import random
import resource
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent / "tests" / "integration" / "deploy"), str(HERE.parent / "tests" / "compat")]
from api_server import Server, client_environment
from answers import answers
from projects import ENTRY, HEAD

WORDS = "def class return import self await async for in if else None True value request response path model field".split()


def source_text(rng, size):
    """Text that compresses about as well as Python source does."""
    lines, length = [], 0
    while length < size:
        line = "    " * rng.randrange(4) + " ".join(rng.choice(WORDS) + str(rng.randrange(400)) for _ in range(rng.randrange(2, 9)))
        lines.append(line)
        length += len(line) + 1
    return "\n".join(lines)[:size]


def make_project(root, parts, total):
    rng = random.Random(7)
    (root / "src").mkdir(parents=True)
    (root / "src" / "entry.py").write_text(ENTRY)
    (root / "wrangler.toml").write_text(HEAD)
    weights = [rng.paretovariate(1.2) for _ in range(parts)]
    for number, weight in enumerate(weights):
        file = root / "python_modules" / f"package{number % 25}" / f"module{number}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(source_text(rng, int(total * weight / sum(weights))))


def measure(command, root, environment):
    """(wall, processor) seconds of one run."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)
    wall, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stderr}")
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def peak_memory(command, root, environment):
    """MB at most, measured by a process of its own: ru_maxrss of children is the largest of all there ever were."""
    watch = ("import resource,subprocess,sys;done=subprocess.run(sys.argv[1:],stdout=subprocess.DEVNULL,stderr=subprocess.DEVNULL);"
             "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss);sys.exit(done.returncode)")
    done = subprocess.run([sys.executable, "-c", watch, *map(str, command)], cwd=root, env=environment, capture_output=True,
                          text=True, check=True)
    return int(done.stdout) / 1024


class DeployBench:
    """Projects and a loopback API; `report(label, seconds, goal)` gets each series of wall times, `say` a line."""

    def __init__(self, pyw, folder, report, say):
        self.pyw, self.report, self.say = pyw, report, say
        self.home, self.small, self.large = (Path(folder) / name for name in ("home", "small", "large"))
        self.home.mkdir()
        make_project(self.small, 550, 11_000_000)
        self.server = Server(answers(True))
        self.environment = {**client_environment(self.server, self.home, os.environ), "WRANGLER_SEND_METRICS": "false"}

    def series(self, label, command, runs, goal="", root=None):
        samples = [measure(command, root or self.small, self.environment) for _ in range(runs)]
        self.report(label, [wall for wall, _ in samples], goal)
        self.say(f"{label}: processor {statistics.median(cpu for _, cpu in samples) * 1000:.0f} ms")

    def run(self, runs, wrangler):
        deploy, dry_run = [str(self.pyw), "deploy"], [str(self.pyw), "deploy", "--dry-run"]
        self.series("pyw deploy --dry-run, first time", dry_run, 1)
        self.series("pyw deploy --dry-run", dry_run, runs, "goal 150 ms")
        ours, theirs = [], []
        for _ in range(runs):  # in turns, so that both see the same machine
            ours.append(measure(deploy, self.small, self.environment))
            if wrangler:
                theirs.append(measure([*wrangler, "deploy"], self.small, self.environment))
        for label, samples in (("pyw deploy, 11 MB in 550 parts", ours), ("wrangler deploy, the same", theirs)):
            if samples:
                self.report(label, [wall for wall, _ in samples], "goal 1/20 of wrangler" if samples is ours else "")
                self.say(f"{label}: processor {statistics.median(cpu for _, cpu in samples) * 1000:.0f} ms")
        if theirs:
            ratio = statistics.median(w for w, _ in theirs) / statistics.median(w for w, _ in ours)
            self.say(f"wrangler takes {ratio:.1f} times as long")
        make_project(self.large, 200, 100_000_000)
        self.series("pyw deploy, 100 MB", deploy, 1, root=self.large)
        self.say(f"pyw deploy, 100 MB: at most {peak_memory(deploy, self.large, self.environment):.1f} MB of memory (goal 60 MB)")
        self.server.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pyw", required=True, type=Path)
    parser.add_argument("--wrangler", help="its command line; without it nothing is compared")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()

    def report(label, seconds, goal):
        low, middle, high = (value * 1000 for value in (min(seconds), statistics.median(seconds), max(seconds)))
        print(f"{label:34} {low:8.0f} {middle:8.0f} {high:8.0f} ms  {goal}", flush=True)

    with tempfile.TemporaryDirectory() as folder:
        print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors; min, median, max")
        DeployBench(options.pyw.resolve(), folder, report, print).run(options.runs, shlex.split(options.wrangler or ""))


if __name__ == "__main__":
    main()
