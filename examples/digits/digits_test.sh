#!/usr/bin/env bash
# bmnetc, classify, prototxt, caffemodel, digits: compiles, runs, counts the digits read right;
# a network of another shape and a file with an impossible grey value are refused.
set -euo pipefail
"$1" --model="$3" --weight="$4" --outdir="$TEST_TMPDIR/out" --target=BM1684
"$2" "$TEST_TMPDIR/out/compilation.bmodel" "$5" | tee "$TEST_TMPDIR/answers"
right=$(grep -oE '^[0-9]+ of 64' "$TEST_TMPDIR/answers" | cut -d' ' -f1)
[ "$right" -ge 60 ]

# Exit code 1, not a signal: a refusal, not a crash.
refused() {
  local status=0
  "$@" > /dev/null || status=$?
  [ "$status" -eq 1 ]
}
"$1" --model="$3" --weight="$4" --outdir="$TEST_TMPDIR/two" --target=BM1684 --shapes=[2,1,8,8]
refused "$2" "$TEST_TMPDIR/two/compilation.bmodel" "$5"
for grey in 17 -1 900000 nan; do
  sed "1s/,[^,]*/,$grey/" "$5" > "$TEST_TMPDIR/bad.csv"
  refused "$2" "$TEST_TMPDIR/out/compilation.bmodel" "$TEST_TMPDIR/bad.csv"
done
