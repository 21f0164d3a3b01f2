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
pip() { "$venv/bin/python" -m pip --quiet --disable-pip-version-check "$@"; }
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT

# uv takes a fraction of pip's time, but does not read pip's configuration, which says where packages come from.
configuration=$("$venv/bin/python" -m pip config list)
while read -r key name; do
  value=$(sed -n "s/^[^=]*\.$key='\(.*\)'$/\1/p" <<<"$configuration" | head -n 1)
  if [ -n "$value" ] && [ -z "${!name:-}" ]; then export "$name=$value"; fi
done <<'END'
index-url UV_DEFAULT_INDEX
extra-index-url UV_INDEX
find-links UV_FIND_LINKS
constraint UV_CONSTRAINT
cert SSL_CERT_FILE
END
export UV_INDEX_STRATEGY=${UV_INDEX_STRATEGY:-unsafe-best-match} # as pip chooses among several indexes

if ! { pip install --target "$tools" 'uv>=0.9,<1' &&
  "$tools/bin/uv" pip install --quiet --python "$venv/bin/python" "$source"; }; then
  echo "uv did not install $source, so pip does" >&2
  pip install "$source"
fi
"$venv/bin/evconform" --version
if [ -n "${GITHUB_PATH:-}" ]; then echo "$venv/bin" >>"$GITHUB_PATH"; fi
