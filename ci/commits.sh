#!/usr/bin/env bash
# Commit messages since the revision from which the rule holds: the subject is `area: what it does`
# in at most 72 characters, and no commit is a draft. Merges need no area. In a clone without that
# revision (a shallow one) nothing can be said.
# Usage: ci/commits.sh [BASE]
set -euo pipefail
cd "$(git rev-parse --show-toplevel)"
export LC_ALL=C.UTF-8 # so that a length counts characters
base=${1:-c3128e7}
limit=72

if ! git merge-base --is-ancestor "$base" HEAD 2>/dev/null; then
    echo "commits: $base is not among HEAD's ancestors in this clone, so nothing was checked"
    exit 0
fi

fault_of() { # PARENTS SUBJECT
    local merge=0
    [[ $1 != *\ * ]] || merge=1
    if [[ ${2,,} =~ ^(wip|tmp|fixup|squash|amend)($|[^a-z]) ]] || [[ ${2,,} == *"into integ"* ]]; then
        echo "is called a draft"
    elif [ $merge = 0 ] && ! [[ $2 =~ ^[A-Za-z0-9_./,{}*\ -]+:\ [^\ ] ]]; then
        echo "does not say \`area: what it does\`"
    elif [ $merge = 0 ] && [ ${#2} -gt $limit ]; then
        echo "has ${#2} characters, $limit are allowed"
    fi
}

count=0 faults=0
while IFS=$'\x1f' read -r hash parents subject; do
    count=$((count + 1))
    fault=$(fault_of "$parents" "$subject")
    [ -n "$fault" ] || continue
    faults=$((faults + 1))
    echo "$hash $fault: $subject" >&2
done < <(git log --format='%h%x1f%p%x1f%s' "$base..HEAD")

if [ $faults -gt 0 ]; then
    echo "commits: $faults of $count subjects since $base; see CONTRIBUTING.md" >&2
    exit 1
fi
echo "commits: $count since $base"
