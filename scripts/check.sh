#!/usr/bin/env bash
# Everything that reads the code without running it, at once. Prints the findings of the tools that have some.
set -uo pipefail
source "$(dirname "$0")/enter.sh" packages

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

# begin NAME COMMAND...: runs the command in the background; its words and its end go to files named after it.
begin() {
  local name=$1
  shift
  {
    local from=$SECONDS
    "$@" >"$results/$name.out" 2>&1 </dev/null
    echo $? >"$results/$name.status"
    echo $((SECONDS - from)) >"$results/$name.seconds"
  } &
}

names='types lint format unused docs'
begin types tsc --noEmit
begin lint oxlint
begin format biome ci --colors=off .
begin unused knip --no-progress
begin docs node docs/generate.ts --check
wait

failed=''
for name in $names; do
  status=$(cat "$results/$name.status" 2>/dev/null || echo 'no end')
  [ "$status" = 0 ] && continue
  failed="$failed $name"
  printf '\n--- %s (status %s)\n' "$name" "$status"
  cat "$results/$name.out"
done

printf '\n'
for name in $names; do
  status=$(cat "$results/$name.status" 2>/dev/null || echo 'no end')
  if [ "$status" = 0 ]; then mark=ok; else mark=FAILED; fi
  printf '%-7s %-7s %3ss\n' "$name" "$mark" "$(cat "$results/$name.seconds" 2>/dev/null || echo '?')"
done
if [ -n "$failed" ]; then
  printf '\ncheck failed:%s\n' "$failed"
  exit 1
fi
printf '\ncheck passed\n'
