#!/bin/sh
# Makes the FastAPI template in build/demo and serves it until Ctrl-C.
set -eu
cd "$(dirname "$0")/.."
pyw=$PWD/build/release/pyw
[ -e build/demo/pyproject.toml ] || "$pyw" init build/demo --template fastapi --name demo
exec "$pyw" -C build/demo dev "$@"
