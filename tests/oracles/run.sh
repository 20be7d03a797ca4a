#!/usr/bin/env bash
# Fetches the other programs (package-lock.json) when they are not there, and compares.
#
# usage: tests/oracles/run.sh PROGRAM [ROUNDS] [SEED]      closes with "N passed, N failed"
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
program=$(realpath "$1")
shift
cd "$here" || exit 1
if [ ! -f node_modules/.package-lock.json ] ||
   [ package-lock.json -nt node_modules/.package-lock.json ]; then
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error || exit 1
fi
node oracles.mjs "$program" "$@"
