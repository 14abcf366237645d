#!/usr/bin/env bash
# The benchmark: ratios against the ideal, a bare undici loop and an aiohttp script.
set -euo pipefail
source "$(dirname "$0")/enter.sh" all
exec node bench/run.ts "$@"
