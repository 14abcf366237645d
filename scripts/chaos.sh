#!/usr/bin/env bash
# A fleet under attack, for as long as its arguments say: npm run chaos -- --seed 7 --minutes 30
set -euo pipefail
source "$(dirname "$0")/enter.sh" all
exec node test/chaos/campaign.ts "$@"
