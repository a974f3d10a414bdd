#!/bin/sh
# Checks what the compiler doesn't: which folder includes which, where headers of other libraries
# appear, how long files are, and that nothing is left undone.
set -eu
cd "$(dirname "$0")/.."

find elbo cli tests benchmarks examples -name '*.h' -o -name '*.cpp' | sort |
  xargs awk -f scripts/check_source.awk
