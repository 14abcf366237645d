#!/usr/bin/env bash
# All tests, or those that the arguments select: npm test -- test/unit
set -euo pipefail
source "$(dirname "$0")/enter.sh" all
exec vitest run "$@"
