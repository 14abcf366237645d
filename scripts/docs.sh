#!/usr/bin/env bash
# Writes the pages that come from code (docs/configuration.md); with --check: fails when one is out of date.
set -euo pipefail
source "$(dirname "$0")/enter.sh" packages
exec node docs/generate.ts "$@"
