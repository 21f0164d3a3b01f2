#!/usr/bin/env bash
# Build the distributions into dist/ and a software bill of materials (CycloneDX) of the wheel with its dependencies.
# Where GITHUB_REF_NAME is a tag, it must name the version of the package.
set -euo pipefail

version=$(python3 -c 'import tomllib; print(tomllib.load(open("pyproject.toml", "rb"))["project"]["version"])')
if [ "${GITHUB_REF_TYPE:-}" = tag ] && [ "$GITHUB_REF_NAME" != "v$version" ]; then
  echo "the tag is $GITHUB_REF_NAME, the version in pyproject.toml is $version" >&2
  exit 2
fi

tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
python3 -m venv "$tools/build"
"$tools/build/bin/python" -m pip install --quiet --disable-pip-version-check 'build>=1.2,<2' 'cyclonedx-bom>=7,<8'
"$tools/build/bin/python" -m build --outdir dist .

python3 -m venv "$tools/clean"
"$tools/clean/bin/python" -m pip install --quiet --disable-pip-version-check dist/*.whl
"$tools/build/bin/cyclonedx-py" environment --pyproject pyproject.toml --output-file sbom.cdx.json "$tools/clean/bin/python"
