#!/usr/bin/env bash
# bmnetc, detect program, prototxt, caffemodel, scene.jpg, scene.mp4: finds the three shapes of the picture and nearly
# all of the 180 of the video, and writes both with their boxes; a network for other pictures is refused.
set -euo pipefail
compiler=$1 detector=$2 prototxt=$3 caffemodel=$4 picture=$5 video=$6
out=$TEST_TMPDIR/drawn
mkdir "$out"
"$compiler" --model="$prototxt" --weight="$caffemodel" --outdir="$TEST_TMPDIR/out" --target=BM1684
"$detector" "$TEST_TMPDIR/out/compilation.bmodel" "$picture" "$video" "$out" | tee "$TEST_TMPDIR/answers"
for kind in circle square triangle; do
  [ "$(grep -c "scene.jpg: $kind" "$TEST_TMPDIR/answers")" -eq 1 ]
done
found=$(sed -n 's/.*scene.mp4: 60 frames, \([0-9]*\) shapes, .* estimated chip time 1[0-9][0-9]\..* us a frame/\1/p' \
  "$TEST_TMPDIR/answers")
[ "$found" -ge 170 ] && [ "$found" -le 180 ]

count() { ffprobe -v error -count_frames -show_entries stream=nb_read_frames,width,height -of csv=p=0 "$1"; }
[ "$(count "$out/scene.jpg")" = 512,512,1 ]
[ "$(count "$out/scene.mp4")" = 512,512,60 ]
if cmp -s "$picture" "$out/scene.jpg"; then exit 1; fi

"$compiler" --model="$prototxt" --weight="$caffemodel" --outdir="$TEST_TMPDIR/two" --target=BM1684 \
  --shapes=[2,3,128,128]
status=0
"$detector" "$TEST_TMPDIR/two/compilation.bmodel" "$picture" "$video" "$out" 2> "$TEST_TMPDIR/refusal" || status=$?
[ "$status" -eq 1 ]
grep -q "not the shapes network" "$TEST_TMPDIR/refusal"
