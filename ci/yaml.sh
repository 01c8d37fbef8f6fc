#!/usr/bin/env bash
# The Action and the examples: well-formed, and no key twice.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mapfile -t files < <(git ls-files '*.yml' '*.yaml')
yamllint --strict -d '{extends: default, rules: {line-length: {max: 120}, document-start: disable,
    truthy: {check-keys: false}}}' "${files[@]}"
echo "yaml: ${#files[@]} files"
