#!/usr/bin/env bash
# Merge the parts of a run into one report: merge.sh DIRECTORY PART…
# A PART is a report directory, or a folder with one for each start of the part, of which the last one counts.
# Annotations go to standard output, a summary to GITHUB_STEP_SUMMARY. The exit code is that of `evconform report build`.
set -euo pipefail

directory=${1:?"usage: merge.sh DIRECTORY PART…"}
shift
logs=()
for part in "$@"; do
  last=$(find "$part" -maxdepth 2 -name events.jsonl -printf '%h\n' | sort -V | tail -n 1)
  if [ -n "$last" ]; then logs+=("$last"); fi
done
options=(--report-dir "$directory" --format html --format json --format junit)
if [ -n "${GITHUB_ACTIONS:-}" ]; then options+=(--format annotations --format markdown); fi
evconform report build "${options[@]}" "${logs[@]}"
