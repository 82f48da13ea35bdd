#!/usr/bin/env bash
# exports_test.sh LIBRARY LIST: the library defines exactly the names that its version script lists one by one.
set -euo pipefail
library=$1
list=$2
wanted=$(sed -n '/global:/,/local:/s/^ *\([A-Za-z_][A-Za-z0-9_]*\);$/\1/p' "$list" | sort -u)
found=$(nm -D --defined-only "$library" | awk '{print $3}' | sed 's/@.*//' | sort -u)
[ "$(wc -l <<< "$wanted")" -ge 100 ] || { echo "only $(wc -l <<< "$wanted") names read from $list"; exit 1; }
diff <(echo "$wanted") <(echo "$found") || { echo "< listed in $list, > exported by $library"; exit 1; }
