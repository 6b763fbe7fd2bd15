#!/usr/bin/env python3
"""`pyw types` on declarations that nobody here has chosen: the oldest and the newest @cloudflare/workers-types of the
registry, the last 4.x, and TypeScript's own library, each file and all in one. No crash, no hang; prints what was read.

    tests/compat/types_declarations.py --pyw PROGRAM [--seconds LIMIT]

Needs npm and a network.
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

CONFIG = {"name": "any", "main": "entry.py", "compatibility_date": "2026-04-01", "compatibility_flags": ["python_workers"]}


def packages(folder):
    """Files of declarations by name, fetched by npm."""
    listing = subprocess.run(["npm", "view", "@cloudflare/workers-types", "versions", "--json"], capture_output=True,
                             text=True, check=True, cwd=folder)
    versions = json.loads(listing.stdout)
    last_four = [version for version in versions if version.startswith("4.")][-1]
    wanted = [f"@cloudflare/workers-types@{version}" for version in (versions[0], last_four, versions[-1])]
    found = {}
    for name in [*wanted, "typescript@5.9.3"]:
        place = folder / name.replace("/", "_")
        place.mkdir()
        packed = subprocess.run(["npm", "pack", "--silent", name], capture_output=True, text=True, check=True, cwd=place)
        shutil.unpack_archive(place / packed.stdout.strip().splitlines()[-1], place, filter="data")
        for path in sorted((place / "package").rglob("*.ts")):
            if "workers-types" in name or path.name.startswith("lib."):
                found[f"{name} {path.relative_to(place / 'package')}"] = path
    everything = folder / "all.d.ts"
    everything.write_text("".join(path.read_text() for name, path in found.items() if name.startswith("typescript")))
    return {**found, "typescript, all in one": everything}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pyw", required=True, type=pathlib.Path)
    parser.add_argument("--seconds", type=int, default=120)
    options = parser.parse_args()
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="pyw-declarations-") as name:
        folder = pathlib.Path(name)
        (folder / "entry.py").write_text("")
        (folder / "wrangler.json").write_text(json.dumps(CONFIG))
        environment = dict(os.environ, PYW_CACHE_DIR=str(folder / "cache"), NO_COLOR="1")
        for title, path in packages(folder).items():
            try:
                done = subprocess.run([options.pyw.resolve(), "types", "--report", "--json", "--declarations", path],
                                      cwd=folder, env=environment, capture_output=True, text=True, timeout=options.seconds)
                report = json.loads(done.stdout)
                passed += 1
                print(f"{title}: {report['type_names']} types, {report['importable']} importable, "
                      f"{len(report['became_any'])} Any, {len(report['unknown_syntax'])} not understood", flush=True)
            except (subprocess.TimeoutExpired, ValueError, KeyError) as error:
                failed += 1
                print(f"{title}: FAILED: {error}", flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
