#!/usr/bin/env bash
# tests/browser.sh PROGRAM - starts a demo server on a free port and drives the console in Chromium.
set -uo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
program=$(realpath "$1")
work=$(mktemp -d)
port=$(/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
export PACKTRAIL__WITNESS__FOLDER="$work/witness"
"$program" serve --demo --data "$work/var" --listen "127.0.0.1:$port" >"$work/server.log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null; wait $server 2>/dev/null; rm -rf "$work"' EXIT
for _ in $(seq 100); do
  grep -q '^Stop with' "$work/server.log" && break
  sleep 0.1
done
cat "$work/server.log"
export PACKTRAIL_URL="http://127.0.0.1:$port" PACKTRAIL_USER=demo
PACKTRAIL_PASSWORD=$(awk '/password/ {print $2; exit}' "$work/server.log")
export PACKTRAIL_PASSWORD
export PACKTRAIL_SHOTS=${PACKTRAIL_SHOTS:-$root/build/test/shots}
mkdir -p "$PACKTRAIL_SHOTS"
cd "$root/web" && node e2e/console.e2e.mjs
