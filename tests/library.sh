#!/usr/bin/env bash
# Installs the library from a build folder into an empty place and builds a small project with it.
#
# usage: tests/library.sh BUILD      closes with "N passed, N failed"
set -u
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$1
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
passed=0
failed=0

check() {
  local name=$1
  shift
  if "$@" >"$place/log" 2>&1; then
    echo "ok $name"
    passed=$((passed + 1))
  else
    echo "not ok $name"
    cat "$place/log"
    failed=$((failed + 1))
  fi
}

reads() { [ "$("$place/build/consumer" ']d2010950600013435221A/B')" = '(01)09506000134352(21)A/B' ]; }
refuses() { "$place/build/consumer" '(01)09506000134353'; [ $? = 3 ]; }
# Nothing of the sources may be needed: no include path leads back into them.
stands_alone() { ! grep -rqF "$root" "$place/lib" --include='*.cmake'; }
holds_no_tests() { ! find "$place/include" | grep -E 'testing|_test'; }

check "install" cmake --install "$build" --component library --prefix "$place"
check "configure" cmake -S "$root/tests/consumer" -B "$place/build" -G Ninja \
  -DCMAKE_PREFIX_PATH="$place" -DCMAKE_BUILD_TYPE=Debug
check "build" cmake --build "$place/build"
check "reads an element string" reads
check "refuses a wrong check digit" refuses
check "needs nothing of the sources" stands_alone
check "holds no tests" holds_no_tests
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
