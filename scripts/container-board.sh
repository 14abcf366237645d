#!/bin/sh
# Starts the board in a container, where it has to listen on all addresses and therefore needs somebody who may log in.
set -eu

if [ -z "${TRAWL_BOARD_OPERATOR:-}${TRAWL_BOARD_VIEWER:-}" ]; then
  password=$(node -p 'crypto.randomBytes(12).toString("base64url")')
  TRAWL_BOARD_OPERATOR=$(printf '%s\n' "$password" | trawl board --hash-password operator)
  export TRAWL_BOARD_OPERATOR
  echo "No TRAWL_BOARD_OPERATOR is set. Until the next start the user is: operator, the password: $password" >&2
fi
# An empty variable is a mistake to Trawl, and how a compose file says that there is none.
[ -n "${TRAWL_BOARD_OPERATOR:-}" ] || unset TRAWL_BOARD_OPERATOR
[ -n "${TRAWL_BOARD_VIEWER:-}" ] || unset TRAWL_BOARD_VIEWER
exec trawl board "$@"
