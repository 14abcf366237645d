#!/usr/bin/env bash
# The main job: an example crawl against the bundled pretend web, on an embedded Redis.
set -euo pipefail
source "$(dirname "$0")/enter.sh" all
exec node examples/start.ts "$@"
