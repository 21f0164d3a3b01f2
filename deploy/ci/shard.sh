#!/usr/bin/env bash
# Run one part of a plan as a job that a scheduler may start again: shard.sh FOLDER [OPTION…]
#   EVCONFORM_CI_TARGETS  targets, separated by blanks (default: builtin)
#   EVCONFORM_SHARDS      parts of each target's plan; there are as many jobs as targets times parts
#   EVCONFORM_CI_INDEX    index of this job, from 0 (default: JOB_COMPLETION_INDEX, which Kubernetes sets)
# Each start writes into FOLDER/TARGET/parts/PART/START, and resumes the start before it: what that one finished is not
# repeated. The exit code is 0 where the part ran to its end, whatever the verdict, which the merged report tells; so no
# part is started again for what it found. The names of targets are those of the configuration.
set -euo pipefail

folder=${1:?"usage: shard.sh FOLDER [OPTION…]"}
shift
read -r -a targets <<<"${EVCONFORM_CI_TARGETS:-builtin}"
parts=${EVCONFORM_SHARDS:?"the number of parts"}
index=${EVCONFORM_CI_INDEX:-${JOB_COMPLETION_INDEX:?"the index of this job"}}
if [ "$index" -ge $((parts * ${#targets[@]})) ]; then
  echo "job $index has nothing to do: ${#targets[@]} targets with $parts parts each" >&2
  exit 2
fi
target=${targets[index / parts]}
part=$((index % parts + 1))

starts=$folder/$target/parts/$part
mkdir -p "$starts"
last=$(find "$starts" -mindepth 2 -maxdepth 2 -name events.jsonl | wc -l)
if [ "$last" -gt 0 ]; then set -- --resume "$starts/$last" "$@"; fi

code=0
evconform run --target "$target" --shard "$part/$parts" --report-dir "$starts/$((last + 1))" "$@" || code=$?
case $code in
0 | 1 | 3) ;;
*) exit "$code" ;;
esac
