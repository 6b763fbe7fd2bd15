"""kill -9 of `pyw edge serve` and of its Workers' processes, again and again: what was acknowledged is served, and whole.

usage: soak.py --pyw build/dev/pyw [--rounds 500] [--seed N] [--data DIR]

A round is a life of the server: three Workers are uploaded to and asked, values and messages kept, without a pause until the server (60 %) or one of its
children is killed. --data keeps the folder, for a look at it afterwards. Exit 1 with what was lost.
"""
import argparse
import pathlib
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests" / "support"))
import edge_soak


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pyw", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=int, default=500)
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--data", type=pathlib.Path)
    given = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        data = given.data or pathlib.Path(folder) / "data"
        try:
            done = edge_soak.soak(given.pyw.resolve(), data, given.rounds, given.seed, lambda text: print(text, flush=True))
        except AssertionError as problem:
            print(f"LOST: {problem}")
            sys.exit(1)
    print(f"{given.rounds} rounds in {time.monotonic() - started:.0f} s: {dict(done)}; nothing acknowledged was lost, nothing half was served")


main()
