#!/usr/bin/env bash
# Run the fault matrix or the readings matrix, and put its table into the step summary.
#   EVCONFORM_CI_MATRIX   faults or readings; the results go to faults.jsonl or readings.jsonl, and are not repeated
#   EVCONFORM_CI_OPTIONS  further options, separated by blanks
set -euo pipefail

matrix=${EVCONFORM_CI_MATRIX:?"faults or readings"}
read -r -a options <<<"${EVCONFORM_CI_OPTIONS:-}"
code=0
evconform "$matrix" "${options[@]}" --record "$matrix.jsonl" --markdown | tee "$matrix.md" || code=$?
if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then cat "$matrix.md" >>"$GITHUB_STEP_SUMMARY"; fi
exit "$code"
