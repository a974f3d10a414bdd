#!/bin/sh
# Installs those packages of the given lists that are missing, with apt-get. A list has one package
# a line, "a | b" where either will do, and # comments. DEPS=skip checks and installs nothing.
set -eu

if [ "${DEPS:-install}" = skip ]; then exit 0; fi
lines=$(cat "$@" | sed -e 's/#.*//' -e 's/[[:space:]]*$//' -e '/^$/d')

if ! command -v apt-get >/dev/null 2>&1 || ! command -v dpkg-query >/dev/null 2>&1; then
  echo "There is no apt-get here, so nothing can be installed. Needed are, by their Debian names:" >&2
  echo "$lines" | sed 's/^/  /' >&2
  echo "Install them with your system's tools, then run make with DEPS=skip." >&2
  exit 1
fi

installed() {
  dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null | grep -q '^.i'
}
# The lines none of whose alternatives is installed.
missing() {
  echo "$lines" | while read -r line; do
    found=no
    for name in $(echo "$line" | tr '|' ' '); do
      if installed "$name"; then found=yes; break; fi
    done
    if [ $found = no ]; then echo "$line"; fi
  done
}
# The first alternative of each line that apt knows; the first of all where it knows none.
choose() {
  while read -r line; do
    chosen=
    for name in $(echo "$line" | tr '|' ' '); do
      if apt-cache policy "$name" 2>/dev/null | grep -q 'Candidate: [^(]'; then
        chosen=$name
        break
      fi
    done
    echo "${chosen:-${line%% *}}"
  done
}

wanted=$(missing)
if [ -z "$wanted" ]; then exit 0; fi

sudo=
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null 2>&1; then
    echo "These packages are missing and only root can install them:" >&2
    echo "$wanted" | sed 's/^/  /' >&2
    echo "Run as root: apt-get install $(echo "$wanted" | choose | tr '\n' ' ')" >&2
    exit 1
  fi
  sudo=sudo
fi

echo "Missing packages: $(echo "$wanted" | tr '\n' ' ')"
echo "Updating apt's lists, then installing them with apt-get (DEPS=skip to do without)."
$sudo apt-get update -q || echo "Some lists could not be updated; going on with what is there." >&2
packages=$(echo "$wanted" | choose)
# shellcheck disable=SC2086 # one word a package
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $packages
