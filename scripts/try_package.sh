#!/bin/sh
# Installs build/ into a temporary folder, then builds and runs examples/find_package against that
# as a stranger's project would.
set -eu
cd "$(dirname "$0")/.."

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cmake --install build --prefix "$folder/prefix" >/dev/null
cmake -S examples/find_package -B "$folder/build" -G Ninja \
  -DCMAKE_PREFIX_PATH="$folder/prefix" -DCMAKE_BUILD_TYPE=Release >/dev/null
cmake --build "$folder/build" >/dev/null
"$folder/build/elbo_example" "$folder/run"
"$folder/prefix/bin/elbo" --version
