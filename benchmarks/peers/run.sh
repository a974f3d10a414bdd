#!/bin/sh
# Compares build/elbo with PyTorch, which goes into a virtual environment of its own (.venv-peers).
# Where it can't be installed, says so and ends well: nothing here is needed to use elbo.
set -eu
cd "$(dirname "$0")/../.."
python=.venv-peers/bin/python

skip() {
  echo "bench-peers: skipped: $1" >&2
  exit 0
}

if ! "$python" -c 'import torch' 2>/dev/null; then
  command -v python3 >/dev/null || skip "there is no python3"
  python3 -m venv .venv-peers || skip "python3 can't make a virtual environment (python3-venv?)"
  echo "bench-peers: installing torch into .venv-peers" >&2
  "$python" -m pip install --quiet torch || skip "torch can't be installed here"
  "$python" -c 'import torch' || skip "torch was installed but can't be imported"
fi
exec "$python" benchmarks/peers/compare.py "$@"
