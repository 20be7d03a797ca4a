#!/usr/bin/env bash
# tests/fuzz.sh FOLDER SECONDS - replays every corpus, then fuzzes anew, SECONDS of processor time
# shared among all targets, two targets at a time.
set -uo pipefail
folder=$1
seconds=$2
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export UBSAN_OPTIONS=print_stacktrace=1

mapfile -t targets < <(find "$folder" -maxdepth 1 -name '*_fuzz' -type f -perm -u+x | sort)
[ ${#targets[@]} -gt 0 ] || { echo "no fuzz targets in $folder"; exit 1; }
each=$((seconds / ${#targets[@]}))
[ $each -ge 5 ] || each=5

run_target() {
  local target=$1 name corpus
  name=$(basename "$target" _fuzz)
  corpus="$root/fuzz/corpus/$name"
  mkdir -p "$work/$name" "$work/found"
  if [ -d "$corpus" ] && ! "$target" -runs=0 -timeout=10 -rss_limit_mb=2048 "$corpus" >"$work/$name.replay" 2>&1; then
    echo "not ok $name: corpus"
    tail -n 30 "$work/$name.replay"
    return
  fi
  local seeds=()
  [ -d "$corpus" ] && seeds=("$corpus")
  if "$target" -max_total_time="$each" -timeout=10 -rss_limit_mb=2048 -max_len=16384 \
      -artifact_prefix="$work/found/$name-" "$work/$name" "${seeds[@]}" >"$work/$name.fuzz" 2>&1; then
    echo "ok $name: $(grep -oE 'Done [0-9]+ runs' "$work/$name.fuzz" | tail -n 1) in $each s"
  else
    echo "not ok $name"
    tail -n 30 "$work/$name.fuzz"
    for artifact in "$work/found/$name-"*; do
      [ -f "$artifact" ] && { echo "input (base64):"; base64 <"$artifact" | head -n 40; }
    done
  fi
}
export -f run_target
export root work each

printf '%s\n' "${targets[@]}" | xargs -P 2 -I{} bash -c 'run_target {}' | tee "$work/all"
good=$(grep -c '^ok ' "$work/all")
bad=$(grep -c '^not ok ' "$work/all")
echo "$good passed, $bad failed"
[ "$bad" -eq 0 ]
