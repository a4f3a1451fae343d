#!/usr/bin/env bash
# Says which tools are missing and how to get them, before anything long begins.
set -u
missing=0

need() { # name, version command, minimum, how to install
  local found
  if ! found=$($2 2>/dev/null | grep -oE '[0-9]+(\.[0-9]+)+' | head -1) || [ -z "$found" ]; then
    echo "error: $1 is missing; $4" >&2
    missing=1
  elif [ "$(printf '%s\n%s\n' "$3" "$found" | sort -V | head -1)" != "$3" ]; then
    echo "error: $1 is $found, at least $3 is needed; $4" >&2
    missing=1
  fi
}

need Python "${PYTHON:-python3} --version" 3.11 "install it from your system or https://python.org"
need Rust "cargo --version" 1.95 "run \`rustup update stable\` (https://rustup.rs)"
need Node "node --version" 20.0 "install it from https://nodejs.org"
need Go "go version" 1.24 "install it from https://go.dev/dl"
need cc "cc --version" 7.0 "install gcc or clang from your system, with its C++ compiler"
need patch "patch --version" 2.5 "install it from your system"
need npm "npm --version" 9.0 "it comes with Node, https://nodejs.org"

if command -v rustup >/dev/null; then
  for target in wasm32-unknown-unknown wasm32-wasip1; do
    rustup target list --installed | grep -qx $target || rustup target add $target || missing=1
  done
fi
[ "$(uname -s)" = Linux ] || { echo "error: Pocket runs on Linux only" >&2; missing=1; }
exit $missing
