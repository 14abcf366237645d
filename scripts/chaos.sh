#!/usr/bin/env bash
# A fleet under attack, for as long as its arguments say: npm run chaos -- --seed 7 --minutes 30
# Each mechanism taken out, and which test misses it:     npm run chaos -- mutants [WORD]
set -euo pipefail
source "$(dirname "$0")/enter.sh" all
if [ "${1:-}" = mutants ]; then
  shift
  exec node test/chaos/mutants.ts "$@"
fi
exec node test/chaos/campaign.ts "$@"
