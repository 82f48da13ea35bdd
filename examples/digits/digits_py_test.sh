#!/usr/bin/env bash
# bmnetc, classify, classify.py, prototxt, caffemodel, digits: both programs give the same answers.
set -euo pipefail
"$1" --model="$4" --weight="$5" --outdir="$TEST_TMPDIR/out" --target=BM1684
"$2" "$TEST_TMPDIR/out/compilation.bmodel" "$6" | grep -E '^digit |^[0-9]+ of 64' > "$TEST_TMPDIR/c"
"$3" "$TEST_TMPDIR/out/compilation.bmodel" "$6" > "$TEST_TMPDIR/python"
[ "$(wc -l < "$TEST_TMPDIR/c")" -eq 9 ]
diff "$TEST_TMPDIR/c" "$TEST_TMPDIR/python"
