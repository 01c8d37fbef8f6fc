#!/usr/bin/env bash
# clang-format decides over C++, prettier and eslint over the report page: fails, with the
# difference or the rule, where a file differs from what they would write.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
files=$(git ls-files '*.cpp' '*.hpp')
# shellcheck disable=SC2086
clang-format --dry-run --Werror $files
echo "format: $(wc -w <<<"$files") files"

# The page is looked at in a copy, so that no packages are installed in the source tree.
copy=build/format
command -v npm >/dev/null || { echo "format: npm is missing" >&2; exit 5; }
mkdir -p $copy
find $copy -mindepth 1 -maxdepth 1 ! -name node_modules -exec rm -rf {} +
git -C reports/web ls-files -z | tar -C reports/web --null -T - -c | tar -C $copy -x
if ! cmp -s $copy/package-lock.json $copy/node_modules/.for-lock.json; then
    (cd $copy && npm ci --no-audit --no-fund --loglevel=error)
    cp $copy/package-lock.json $copy/node_modules/.for-lock.json
fi
(cd $copy && npm run -s format:check && npm run -s lint)
page=$(git ls-files 'reports/web/*.ts' 'reports/web/*.mjs' 'reports/web/*.css')
# Prettier leaves long strings and comments alone.
# shellcheck disable=SC2086
if LC_ALL=C.UTF-8 grep -nE '^.{101,}' $page; then
    echo "format: longer than 100 characters" >&2
    exit 1
fi
echo "format: $(wc -w <<<"$page") files of the page"
