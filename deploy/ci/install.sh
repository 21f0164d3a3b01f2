#!/usr/bin/env bash
# Install evconform into a virtual environment of its own: install.sh SOURCE [VENV]
# SOURCE is what pip takes: a folder, a requirement or a URL. The folder of the commands is added to PATH for later steps.
set -euo pipefail

source=${1:?"usage: install.sh SOURCE [VENV]"}
venv=${2:-${RUNNER_TEMP:-${TMPDIR:-/tmp}}/evconform-venv}

python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  echo "evconform needs Python 3.11 or later, python3 is $(python3 --version 2>&1)" >&2
  exit 2
}
python3 -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$source"
"$venv/bin/evconform" --version
if [ -n "${GITHUB_PATH:-}" ]; then echo "$venv/bin" >>"$GITHUB_PATH"; fi
