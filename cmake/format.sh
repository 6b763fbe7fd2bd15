#!/bin/sh
# Checks the formatting of our C++ (`cmake/format.sh`), or mends it (`cmake/format.sh --fix [FILE…]`).
set -eu
cd "$(dirname "$0")/.."
tool=build/tools/clang-format
if ! [ -x "$tool" ]; then
  python3 -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
    --upgrade --target build/tools/python -r cmake/tools.txt
  ln -sf python/clang_format/data/bin/clang-format "$tool"
fi
fix=no
if [ "${1-}" = --fix ]; then
  fix=yes
  shift
fi
if [ $# -eq 0 ]; then
  set -- $(git ls-files --cached --others --exclude-standard '*.cpp' '*.hpp')
fi
if [ "$fix" = yes ]; then
  exec "$tool" -i "$@"
fi
if ! "$tool" --dry-run --Werror "$@" 2>build/tools/format.log; then
  grep -oE '^[^:]+' build/tools/format.log | sort -u | grep -E '\.(cpp|hpp)$' | sed 's/^/not formatted: /'
  echo "mend it: cmake/format.sh --fix"
  exit 1
fi
