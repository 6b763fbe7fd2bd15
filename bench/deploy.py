"""What a deployment costs: wall time, processor time and memory of `pyw deploy`, against a server on loopback.

usage: deploy.py --pyw PYW [--wrangler 'node … cli.js'] [--runs N]
The project has as many and as large files as FastAPI's set (550 parts, 11 MB); a second one has 100 MB. Medians of N runs.
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
from compare_with_wrangler import answers
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
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(["/usr/bin/env", "time", "-f", "%M", *command] if os.path.exists("/usr/bin/time") else command,
                          cwd=root, env=environment, capture_output=True, text=True)
    wall, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr}")
    memory = int(done.stderr.split()[-1]) / 1024 if os.path.exists("/usr/bin/time") else after.ru_maxrss / 1024
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, memory


def report(label, command, root, home, runs):
    server = Server(answers(True))
    environment = {**client_environment(server, home, os.environ), "WRANGLER_SEND_METRICS": "false"}
    samples = [measure(command, root, environment) for _ in range(runs)]
    server.close()
    wall, processor, memory = (statistics.median(values) for values in zip(*samples))
    print(f"{label:34} {wall * 1000:8.0f} ms wall {processor * 1000:8.0f} ms cpu {memory:7.1f} MB")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pyw", required=True)
    parser.add_argument("--wrangler")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home, small, large = (Path(folder) / name for name in ("home", "small", "large"))
        home.mkdir()
        make_project(small, 550, 11_000_000)
        make_project(large, 200, 100_000_000)
        print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
        report("pyw deploy --dry-run, first time", [options.pyw, "deploy", "--dry-run"], small, home, 1)
        report("pyw deploy --dry-run", [options.pyw, "deploy", "--dry-run"], small, home, options.runs)
        report("pyw deploy, 11 MB", [options.pyw, "deploy"], small, home, options.runs)
        report("pyw deploy, 100 MB", [options.pyw, "deploy"], large, home, 1)
        if options.wrangler:
            report("wrangler deploy, 11 MB", [*shlex.split(options.wrangler), "deploy"], small, home, min(3, options.runs))


main()
