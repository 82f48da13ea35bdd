#!/usr/bin/env bash
# bmnetc, detect_bmrt, prototxt, caffemodel, pictures and their truth: compiles, runs, wants every drawn shape found;
# a network for other pictures is refused.
set -euo pipefail
compiler=$1 detector=$2 prototxt=$3 caffemodel=$4
shift 4
pictures=()
for file in "$@"; do
  case "$file" in
    *.txt) truth=$file ;;
    *.ppm) pictures+=("$file") ;;
  esac
done
"$compiler" --model="$prototxt" --weight="$caffemodel" --outdir="$TEST_TMPDIR/out" --target=BM1684
"$detector" "$TEST_TMPDIR/out/compilation.bmodel" "$truth" "${pictures[@]}" | tee "$TEST_TMPDIR/answers"
drawn=$(wc -l < "$truth")
grep -q "^found $drawn of $drawn shapes, 0 wrongly" "$TEST_TMPDIR/answers"

"$compiler" --model="$prototxt" --weight="$caffemodel" --outdir="$TEST_TMPDIR/two" --target=BM1684 \
  --shapes=[2,3,128,128]
status=0
"$detector" "$TEST_TMPDIR/two/compilation.bmodel" "$truth" "${pictures[@]}" > /dev/null || status=$?
[ "$status" -eq 1 ]
