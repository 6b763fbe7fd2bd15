#!/usr/bin/env python3
"""How long `pyw types` takes, and how much memory.

    bench/types.py --pyw PROGRAM --declarations index.d.ts [--runs N]

cold   nothing cached: read, lower and write everything from declarations on disk   goal 100 ms
env    only the configuration changed: the lowered runtime comes from the cache     goal 15 ms
The minimum is what counts on a shared machine; memory is the largest resident size, goal 60 MB.
"""
import argparse
import json
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import tempfile
import time


def timed(command, folder, environment):
    started = time.perf_counter()
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    return time.perf_counter() - started


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pyw", required=True, type=pathlib.Path)
    parser.add_argument("--declarations", required=True, type=pathlib.Path)
    parser.add_argument("--runs", type=int, default=10)
    options = parser.parse_args()
    root = pathlib.Path(tempfile.mkdtemp(prefix="pyw-bench-types-"))
    config = {"name": "bench", "main": "entry.py", "compatibility_date": "2026-04-01",
              "compatibility_flags": ["python_workers"], "kv_namespaces": [{"binding": "KV", "id": "1"}]}
    (root / "entry.py").write_text("")
    environment = dict(os.environ, PYW_CACHE_DIR=str(root / "cache"), NO_COLOR="1")
    command = [str(options.pyw.resolve()), "types", "--declarations", str(options.declarations.resolve()),
               "--outdir", "out"]
    cold, env = [], []
    try:
        for number in range(options.runs):
            shutil.rmtree(root / "cache", ignore_errors=True)
            shutil.rmtree(root / "out", ignore_errors=True)
            (root / "wrangler.json").write_text(json.dumps({**config, "vars": {"N": number}}))
            cold.append(timed(command, root, environment))
            (root / "wrangler.json").write_text(json.dumps({**config, "vars": {"N": number + 0.5}}))
            env.append(timed(command, root, environment))
    finally:
        shutil.rmtree(root, ignore_errors=True)
    for name, seconds in (("cold", cold), ("env", env)):
        print(f"{name:5s} min {min(seconds) * 1000:7.1f} ms   median {statistics.median(seconds) * 1000:7.1f} ms")
    print(f"memory {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.1f} MB")


if __name__ == "__main__":
    main()
