#!/usr/bin/env bash
# Run the suite in CI. Options come from the environment, since an expression of a workflow never belongs in a script:
#   EVCONFORM_CI_TARGET, EVCONFORM_CI_PROFILE, EVCONFORM_CI_SHARD       one value each; empty means the default
#   EVCONFORM_CI_SELECT, EVCONFORM_CI_OPTIONS                           one expression, one option a line
#   EVCONFORM_CI_DIRECTORY                                              report directory (default: evconform-report)
#   EVCONFORM_CI_HISTORY                                                file of the last runs, for a trend; a shard has none
# Annotations go to standard output, a summary to GITHUB_STEP_SUMMARY, outputs to GITHUB_OUTPUT, where these are set.
# The exit code is that of `evconform run`.
set -uo pipefail

directory=${EVCONFORM_CI_DIRECTORY:-evconform-report}
options=(--report-dir "$directory" --format sarif)
if [ -n "${GITHUB_ACTIONS:-}" ]; then options+=(--format annotations --format markdown); fi
if [ -n "${EVCONFORM_CI_TARGET:-}" ]; then options+=("--target=$EVCONFORM_CI_TARGET"); fi
if [ -n "${EVCONFORM_CI_PROFILE:-}" ]; then options+=("--profile=$EVCONFORM_CI_PROFILE"); fi
if [ -n "${EVCONFORM_CI_SHARD:-}" ]; then
  options+=("--shard=$EVCONFORM_CI_SHARD")
elif [ -n "${EVCONFORM_CI_HISTORY:-}" ]; then
  options+=("--history=${EVCONFORM_CI_HISTORY/#\~/$HOME}")
fi
while IFS= read -r line; do
  if [ -n "${line// /}" ]; then options+=("--select=$line"); fi
done <<<"${EVCONFORM_CI_SELECT:-}"
while IFS= read -r line; do
  if [ -n "${line// /}" ]; then options+=("$line"); fi
done <<<"${EVCONFORM_CI_OPTIONS:-}"

code=0
evconform run "${options[@]}" || code=$?

if [ -n "${GITHUB_OUTPUT:-}" ]; then
  {
    echo "exit-code=$code"
    if [ -f "$directory/summary.json" ]; then
      echo "directory=$(cd "$directory" && pwd)"
      echo "report=$(cd "$directory" && pwd)/report.html"
      echo "verdict=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["verdict"])' "$directory/summary.json")"
    fi
  } >>"$GITHUB_OUTPUT"
fi
exit "$code"
