#!/usr/bin/env bash
# Certify an API client in CI: certify-client.sh COMMAND [ARGUMENT…]
#   EVCONFORM_CI_PLAN       plan of the client (empty means all tasks)
#   EVCONFORM_CI_DIRECTORY  report directory (default: evconform-report)
#   EVCONFORM_CI_KEY        private key in PEM: a passed certification is signed with it (empty means no certificate)
# The exit code is that of `evconform certify client`.
set -euo pipefail

directory=${EVCONFORM_CI_DIRECTORY:-evconform-report}
options=(--report-dir "$directory" --format sarif)
if [ -n "${GITHUB_ACTIONS:-}" ]; then options+=(--format markdown); fi
if [ -n "${EVCONFORM_CI_PLAN:-}" ]; then options+=("--plan=$EVCONFORM_CI_PLAN"); fi
if [ -n "${EVCONFORM_CI_KEY:-}" ]; then
  key=$(mktemp)
  trap 'rm -f "$key"' EXIT
  printf '%s\n' "$EVCONFORM_CI_KEY" >"$key"
  unset EVCONFORM_CI_KEY # the client is not to see it
  options+=("--sign=$key")
fi
evconform certify client "${options[@]}" -- "$@"
