#!/usr/bin/env bash
# bmnetc, classify, prototxt, caffemodel, digits: compiles, runs, counts the digits read right.
set -euo pipefail
"$1" --model="$3" --weight="$4" --outdir="$TEST_TMPDIR/out" --target=BM1684
"$2" "$TEST_TMPDIR/out/compilation.bmodel" "$5" | tee "$TEST_TMPDIR/answers"
right=$(grep -oE '^[0-9]+ of 64' "$TEST_TMPDIR/answers" | cut -d' ' -f1)
[ "$right" -ge 60 ]
