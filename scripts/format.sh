#!/bin/sh
# Lays out the C++ sources with clang-format 14, whose output .clang-format is written for; with
# --check only tells what would change.
set -eu
cd "$(dirname "$0")/.."

for tool in clang-format-14 clang-format; do
  if command -v $tool >/dev/null 2>&1 && $tool --version | grep -q 'version 14\.'; then
    if [ "${1:-}" = --check ]; then set -- --dry-run -Werror; else set -- -i; fi
    find elbo cli tests benchmarks examples -name '*.h' -o -name '*.cpp' | sort |
      xargs "$tool" "$@"
    exit
  fi
done
echo "The layout was neither checked nor changed: clang-format 14 is not installed." >&2
